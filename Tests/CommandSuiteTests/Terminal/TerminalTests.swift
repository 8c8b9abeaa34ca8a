import Testing

@testable import CommandSuite

@Suite struct TerminalTests {
    private func terminal(_ isTerminal: Bool, _ environment: [String: String]) -> Terminal {
        Terminal(isTerminal: isTerminal) { environment[$0] }
    }

    @Test(arguments: [
        ([:], true, true), ([:], false, false), (["NO_COLOR": "1"], true, false), (["NO_COLOR": ""], true, true),
        (["TERM": "dumb"], true, false), (["TERM": "xterm"], true, true), (["CLICOLOR_FORCE": "1"], false, true),
        (["CLICOLOR_FORCE": "0"], false, false), (["CLICOLOR_FORCE": ""], false, false),
        (["CLICOLOR_FORCE": "1", "NO_COLOR": "1"], true, false), (["CLICOLOR_FORCE": "1", "TERM": "dumb"], true, true),
    ])
    func coloursAreForThoseWhoSeeThem(environment: [String: String], isTerminal: Bool, isColored: Bool) {
        #expect(terminal(isTerminal, environment).isColored == isColored)
    }

    @Test func linesAreWrittenOverOnTerminalsOnly() {
        #expect(terminal(true, ["NO_COLOR": "1"]).isInteractive)
        #expect(!terminal(true, ["TERM": "dumb"]).isInteractive)
        #expect(!terminal(false, ["CLICOLOR_FORCE": "1"]).isInteractive)
    }
}
