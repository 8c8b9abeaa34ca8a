import ArgumentParser
import Testing

@testable import esddns

/// Plain command lines are read without the argument parser, and mean the same.
@Suite struct DetectOptionsTests {
    @Test(
        arguments: [
            "", "--json", "--stun a.example:3478 --stun b.example:3478",
            "--stun=mine=a.example:3478/tls --quorum 1",
            "--stun 127.0.0.1:1 --stun 127.0.0.1:2 --stun 127.0.0.1:3 --allow-non-global --json",
            "--http https://a.example/ip --http=b=https://b.example/?x=y --timeout 2.5 --ipv6",
            "--dns whoami.example/TXT/CH@[2001:db8::1] --stun-list https://a.example/list --timeout=1e1 --quorum=3 --json",
            // Servers that are none are named later, and the others asked.
            "--stun nonsense --stun a.example:3478 --stun b.example:3478",
        ])
    func meansWhatTheParserReads(_ line: String) throws {
        let arguments = line.split(separator: " ").map(String.init)
        let plain = try #require(DetectOptions(plain: ["detect"] + arguments))
        #expect(try DetectCommand.parse(arguments).options == plain)
        let command = try #require(try EsddnsCommand.parseAsRoot(["detect"] + arguments) as? DetectCommand)
        #expect(command.options == plain)
    }

    /// For the parser to answer: help, mistakes, and what can be written otherwise.
    @Test(
        arguments: [
            "", "run", "--version", "--help", "help detect", "detect --help", "detect -h", "detect --stun",
            "detect --stun --json", "detect --stun=", "detect --quorum two", "detect --quorum 0",
            "detect --quorum 1 --quorum 2",
            "detect --json --json", "detect --json=yes", "detect --timeout soon", "detect --timeout -1",
            "detect --timeout 0",
            "detect --jso", "detect extra", "detect -- --json", "detect --unknown 1", "detect --stun nonsense",
            "detect --generate-completion-script bash", "DETECT --json",
        ])
    func leavesTheRestToTheParser(_ line: String) {
        #expect(DetectOptions(plain: line.split(separator: " ").map(String.init)) == nil)
    }
}
