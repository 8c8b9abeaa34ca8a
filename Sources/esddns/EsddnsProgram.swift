import AddressSync
import ArgumentParser
import CommandSuite
import NetworkPrimitives

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

@main
enum EsddnsProgram {
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        // One question, asked by one thread: scripts run this often, and starting is most of what it takes.
        if let detection = DetectOptions(plain: arguments),
            let code = DatagramPoller.shared.run({ await detection.detect() })
        {
            exit(code)
        }
        ProcessEntry.runMain { await EsddnsCommand.main(arguments) }
    }
}
