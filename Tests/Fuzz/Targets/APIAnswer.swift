import CurlHTTP
import HTTPTypes

@testable import OperatorCore

extension FuzzTarget {
    /// Any answer becomes an object, or an error of one bounded line without control characters.
    static let apiAnswer = FuzzTarget("api-answer") { bytes in
        var input = FuzzInput(bytes)
        let status = 100 + Int(input.byte()) * 2
        let headers: HTTPFields = [.contentType: input.byte() % 2 == 0 ? "application/json" : "text/html"]
        guard let request = try? KubernetesRequest(.get, ConfigMap.type, namespace: "fuzz", name: "fuzz") else {
            return
        }
        let response = HTTPClientResponse(
            status: HTTPResponse.Status(code: status), headers: headers, body: Array(input.rest))
        do throws(KubernetesError) {
            let object: ConfigMap = try KubernetesAnswer.object(response, request)
            expect((200..<300).contains(status), "only a success is an object")
            expect(object.json["kind"]?.string == "ConfigMap", "it is the object that was asked for")
        } catch {
            // Three bytes for the ellipsis, and what is added about the answer.
            let limit = KubernetesAnswer.maximumMessageBytes + 256
            expect(error.message.utf8.count <= limit, "a message is bounded")
            let isOneLine = error.description.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
            expect(isOneLine, "a message is one line")
            expect(error.retryAfter.map { $0 >= .zero } ?? true, "no negative wait")
        }
        do throws(KubernetesError) {
            let list: KubernetesList<ConfigMap> = try KubernetesAnswer.list(response, request)
            expect(!list.resourceVersion.isEmpty, "a list has a version")
        } catch {
            expect(!error.message.isEmpty || status >= 400, "an error has a message")
        }
    }
}
