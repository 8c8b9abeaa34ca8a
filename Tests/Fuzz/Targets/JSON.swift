@testable import OperatorCore

extension FuzzTarget {
    /// Whatever is accepted as JSON is written in a form that reads back as the same, and that does not change again.
    static let json = FuzzTarget("json") { bytes in
        guard let value = try? JSONValue(parsing: bytes) else { return }
        let text = value.serialized()
        guard let again = try? JSONValue(parsing: text) else {
            return expect(false, "what is written can be read")
        }
        expect(again == value, "what is read back is the same")
        expect(again.serialized() == text, "what is written twice is the same")
    }
}
