import TestSupport
import Testing

@testable import OperatorCore

@Suite struct MergePatchTests {
    @Test(arguments: [
        (#"{"a":1}"#, #"{"a":1}"#, #"{}"#),
        (#"{"a":1}"#, #"{"a":2}"#, #"{"a":2}"#),
        (#"{"a":1}"#, #"{"b":2}"#, #"{"a":null,"b":2}"#),
        (#"{"a":{"b":1,"c":2}}"#, #"{"a":{"b":1,"c":3}}"#, #"{"a":{"c":3}}"#),
        (#"{"a":{"b":1}}"#, #"{"a":"x"}"#, #"{"a":"x"}"#),
        (#"{"a":"x"}"#, #"{"a":{"b":1}}"#, #"{"a":{"b":1}}"#),
        (#"{"a":[1,2]}"#, #"{"a":[1,3]}"#, #"{"a":[1,3]}"#),
        (#"{}"#, #"{"a":{"b":null,"c":1}}"#, #"{"a":{"c":1}}"#),
    ]) func theDifferenceIsSent(_ before: String, _ after: String, _ patch: String) throws {
        let (before, after) = (try JSONValue(parsing: before), try JSONValue(parsing: after))
        #expect(before.mergePatch(to: after) == (try JSONValue(parsing: patch)))
    }

    /// Applying the difference between two documents to the one gives the other, whatever they are.
    @Test(arguments: 0..<50 as Range<UInt64>) func applyingTheDifferenceGivesTheOther(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        func document(_ depth: Int) -> JSONValue {
            var members: [String: JSONValue] = [:]
            for key in ["a", "b", "c", "d"] where Bool.random(using: &generator) {
                members[key] =
                    depth > 0 && Bool.random(using: &generator)
                    ? document(depth - 1) : .integer(Int64.random(in: 0...2, using: &generator))
            }
            return .object(members)
        }
        let (before, after) = (document(3), document(3))
        #expect(before.mergePatched(with: before.mergePatch(to: after)) == after)
    }
}
