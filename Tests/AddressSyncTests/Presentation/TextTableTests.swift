import StatusServer
import Testing

@testable import AddressSync

@Suite struct TextTableTests {
    @Test func columnsLineUpAndTheLastIsNotPadded() {
        var table = TextTable(["NAME", "COUNT", "WHY"], rightAligned: [1])
        table.add(["a", "10", "long reason"])
        table.add(["longer", "2", "x"], .bad)
        #expect(
            table.lines(isColored: false) == ["NAME    COUNT  WHY", "a          10  long reason", "longer      2  x"])
        #expect(table.lines(isColored: true)[2] == "\u{1B}[31mlonger      2  x\u{1B}[0m")
        #expect(TextTable().lines(isColored: true).isEmpty)
    }

    @Test(arguments: [
        (-5, "now"), (0, "now"), (1, "1 s"), (119, "119 s"), (120, "2 min"), (7199, "119 min"), (7200, "2 h"),
        (172_799, "47 h"), (172_800, "2 d"),
    ])
    func agesAreShort(seconds: Int64, text: String) { #expect(Age.text(seconds: seconds) == text) }
}
