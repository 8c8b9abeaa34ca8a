import CurlHTTP
import HTTPTypes
import OperatorCore
import Testing

extension Contracts {
    /// Parameters and bodies that are not as they should be, beyond what was recorded.
    struct Requests {
        private let contract: Contract
        private var collection: String { "/api/v1/namespaces/\(contract.namespace)/configmaps" }

        init() throws { contract = try Contract.current }

        private func send(
            _ method: HTTPRequest.Method, _ target: String, _ json: JSONValue? = nil
        ) async throws -> (code: Int, answer: JSONValue) {
            let request = RawRequest(method, target, body: json?.serialized())
            let answer = try await contract.admin.raw(request, timeout: Contract.timeout)
            return (answer.status.code, try answer.json)
        }

        @Test(
            arguments: [
                ("dryRun=Some", [:], 422, "dryRun: Unsupported value: [\"Some\"]"),
                ("fieldManager=\(String(repeating: "x", count: 129))", [:], 422, "fieldManager: Too long"),
                ("", ["metadata": ["labels": ["bad key!": "x"]]], 422, "metadata.labels: Invalid value: \"bad key!\""),
                ("", ["metadata": ["labels": ["k": "bad value!"]]], 422, "a valid label must be an empty string or"),
                ("", ["metadata": ["resourceVersion": "5"]], 500, "resourceVersion should not be set"),
                ("", ["metadata": ["namespace": "another"]], 400, "does not match the namespace sent on the request"),
                ("", ["apiVersion": "v2"], 400, "no kind \"ConfigMap\" is registered for version \"v2\""),
                ("", ["kind": "Secret"], 400, "cannot be handled as a ConfigMap"),
            ] as [(String, JSONValue, Int, String)])
        func whatIsWrongWithANewObjectIsSaid(query: String, body: JSONValue, code: Int, message: String) async throws {
            var body = body
            let name = contract.name("wrong")
            body[["metadata", "name"]] = .string(name)
            let (status, answer) = try await send(.post, "\(collection)?\(query)", body)
            #expect(status == code, "\(answer)")
            #expect(answer["message"]?.string?.contains(message) == true, "\(answer)")
            #expect(try await send(.get, "\(collection)/\(name)").code == 404)
        }

        @Test func theNameInTheBodyHasToBeThatOfThePath() async throws {
            let name = contract.name("named")
            #expect(try await send(.post, collection, ["metadata": ["name": .string(name)]]).code == 201)
            let without = try await send(.put, "\(collection)/\(name)", ["metadata": [:]])
            #expect(without.code == 400)
            #expect(without.answer["message"]?.string?.contains("name must be provided") == true)
            let other = try await send(.put, "\(collection)/\(name)", ["metadata": ["name": "other"]])
            #expect(other.code == 400)
            let words = "the name of the object (other) does not match the name on the URL"
            #expect(other.answer["message"]?.string?.contains(words) == true)
        }

        @Test func whatIsImmutableStaysAsItIs() async throws {
            let name = contract.name("immutable")
            let body: JSONValue = ["metadata": ["name": .string(name)], "data": ["a": "b"], "immutable": true]
            #expect(try await send(.post, collection, body).code == 201)
            var change = body
            change["data"] = ["a": "c"]
            let (status, answer) = try await send(.put, "\(collection)/\(name)", change)
            #expect(status == 422)
            #expect(answer["message"]?.string?.contains("field is immutable when `immutable` is set") == true)
        }

        @Test func namesAreGeneratedFromAPrefix() async throws {
            let (status, answer) = try await send(.post, collection, ["metadata": ["generateName": "made-"]])
            #expect(status == 201)
            let name = try #require(answer[["metadata", "name"]]?.string)
            #expect(name.hasPrefix("made-") && name.count == "made-".count + 5)
        }

        @Test func aServiceAccountHasTokensForTenMinutesAndMore() async throws {
            let accounts = "/api/v1/namespaces/\(contract.namespace)/serviceaccounts"
            let name = contract.name("account")
            #expect(try await send(.post, accounts, ["metadata": ["name": .string(name)]]).code == 201)
            let short = try await send(.post, "\(accounts)/\(name)/token", ["spec": ["expirationSeconds": 599]])
            #expect(short.code == 422)
            let usual = try await send(.post, "\(accounts)/\(name)/token", ["spec": [:]])
            #expect(usual.code == 201)
            #expect(usual.answer[["spec", "expirationSeconds"]] == 3600)
            #expect(usual.answer[["status", "expirationTimestamp"]]?.string != nil)
            #expect(try await send(.get, "\(accounts)/\(name)/token").code == 405)
            #expect(try await send(.post, "\(accounts)/\(name)-2/token", ["spec": [:]]).code == 404)
            let deletion = try await send(.delete, "\(accounts)/\(name)")
            #expect(deletion.answer["kind"] == "ServiceAccount", "the answer is the object, not a Status")
        }

        @Test func pagesOfAListFollowEachOther() async throws {
            let label = contract.name("page")
            for number in 0..<3 {
                let object: JSONValue = [
                    "metadata": ["name": .string("\(label)-\(number)"), "labels": ["page": .string(label)]]
                ]
                #expect(try await send(.post, collection, object).code == 201)
            }
            let query = "\(collection)?labelSelector=page%3D\(label)&limit=2"
            let first = try await send(.get, query).answer
            let next = try #require(first[["metadata", "continue"]]?.string)
            let second = try await send(.get, "\(query)&continue=\(next)").answer
            let names = [first, second].map { ($0["items"]?.array ?? []).map { $0[["metadata", "name"]]?.string } }
            #expect(names == [["\(label)-0", "\(label)-1"], ["\(label)-2"]])
            #expect(second[["metadata", "continue"]] == nil)
            #expect(first[["metadata", "resourceVersion"]] == second[["metadata", "resourceVersion"]])
        }
    }
}
