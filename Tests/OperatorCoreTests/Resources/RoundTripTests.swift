import ClusterSimulator
import CurlHTTP
import OperatorCore
import Testing

/// Objects come back from this library as they came from the server, whatever it knows of their fields.
@Suite struct RoundTripTests {
    /// The same text with the members of all objects sorted, by a parser that is not the one under test.
    private func sorted(_ text: some StringProtocol) throws -> [UInt8] {
        func sorted(_ value: OrderedJSON) -> OrderedJSON {
            switch value {
            case .object(let members):
                .object(members.map { .init($0.key, sorted($0.value)) }.sorted { $0.key < $1.key })
            case .array(let elements): .array(elements.map(sorted))
            default: value
            }
        }
        return sorted(try OrderedJSON(parsing: Array(text.utf8))).bytes
    }

    @Test func everyRecordedDocumentKeepsItsBytes() throws {
        var count = 0
        for recording in Recording.all {
            for text in [recording.requestBody, recording.body] {
                for line in text.split(separator: "\n") where line.first == "{" {
                    // Pretty-printed answers are no single line.
                    guard let value = try? JSONValue(parsing: line) else { continue }
                    #expect(value.serialized() == (try sorted(line)), "\(recording.title)")
                    count += 1
                }
            }
        }
        #expect(count > 100)
    }

    /// An object with fields that no resource of this library has, numbers among them that no `Double` holds.
    private static let rich =
        #"{"apiVersion":"v1","data":{"a":"\#u{E9}"},"kind":"ConfigMap","metadata":{"annotations":{"x":"\""},"managedFields":[{"fieldsV1":{"f:data":{".":{},"f:a":{}}},"time":null}],"name":"c","resourceVersion":"18446744073709551615"},"new":{"big":12345678901234567890123,"decimal":1.10,"exponent":1E+400,"integer":9223372036854775807,"list":[[],{},null,true],"negative":-0}}"#

    @Test func anEditOfOneFieldLeavesAllOthers() throws {
        var map = ConfigMap(json: try JSONValue(parsing: Self.rich))
        #expect(map.json.description == Self.rich)
        map.data["b"] = "2"
        map.data["b"] = nil
        map.labels["a"] = "b"
        map.labels = [:]
        #expect(map.json.description == Self.rich)
    }

    @Test func whatIsUpdatedIsWhatWasRead() async throws {
        let transport = ScriptedTransport(.init(200, Self.rich))
        let client = try KubernetesClient(server: "https://api.test", transport: transport, fieldManager: "esddns")
        let maps = client.resources(ConfigMap.self, namespace: "n")
        let read = try await maps.get("c")
        _ = try await maps.update(read)
        #expect(transport.requests.last?.body.map { String(decoding: $0, as: UTF8.self) } == Self.rich)
    }
}
