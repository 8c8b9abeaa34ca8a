import OperatorCore
import Testing

@Suite struct JSONNumberTests {
    /// What a `Double` would change or refuse, and the edges of 64-bit integers.
    static let texts = [
        "0", "-0", "1.10", "1.0", "1e3", "1E+3", "-2.5E-1", "0.1", "100.00", "1e400", "-1e-400", "9223372036854775807",
        "-9223372036854775808", "9223372036854775808", "18446744073709551615", "12345678901234567890123",
        "3.141592653589793238462643383279502884197", "9007199254740993",
    ]

    @Test(arguments: texts)
    func everyDigitSurvives(text: String) throws {
        #expect(try JSONValue(parsing: text).description == text)
        #expect(try JSONValue(parsing: "[\(text),{\"a\":\(text)}]").description == "[\(text),{\"a\":\(text)}]")
    }

    @Test func numbersAreReadAsFarAsADoubleCanHoldThem() throws {
        #expect(try JSONValue(parsing: "1.10").double == 1.1)
        #expect(try JSONValue(parsing: "7").double == 7)
        #expect(try JSONValue(parsing: "1e400").double == nil)
        #expect(try JSONValue(parsing: "\"7\"").double == nil)
        #expect(JSONNumber(.infinity) == nil)
        #expect(JSONNumber(.nan) == nil)
        let large = 1e20
        #expect(JSONNumber(large)?.description == "1e+20")
        #expect(JSONNumber(-2.5) == -2.5)
        let value = 0.1
        #expect(JSONValue.number(value).description == "0.1")
        #expect(JSONValue.number(Double.infinity) == .null)
    }

    @Test(arguments: ["", " 1.5", "1.5 ", "1.", ".5", "01.5", "+1.5", "1.5x", "0x1p3", "nan", "\"1.5\"", "7", "null"])
    func onlyANumberIsOne(text: String) {
        #expect(JSONNumber(text) == nil)
    }

    @Test func textBecomesANumber() {
        #expect(JSONNumber("1.10").map { JSONValue.number($0).description } == "1.10")
    }
}
