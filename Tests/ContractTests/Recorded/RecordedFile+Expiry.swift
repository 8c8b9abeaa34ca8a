import CurlHTTP
import Foundation
import HTTPTypes
import OperatorCore
import Testing

extension RecordedFile {
    static let expiry = RecordedFile(
        name: "07-expired.txt",
        exchanges: [
            RecordedExchange("list") { scene in
                let list = try scene.accepted(try await scene.get("\(scene.configMaps)?\(scene.named)"))
                #expect(list["items"] == [])
            },
            RecordedExchange("list at a compacted resourceVersion") { scene in
                let answer = try await scene.get(
                    "\(scene.configMaps)?\(scene.named)&resourceVersion=\(scene.contract.expiredVersion)"
                        + "&resourceVersionMatch=Exact")
                try scene.refused(answer, 410, "Expired", "too old")
            },
            RecordedExchange("watch from a compacted resourceVersion") { scene in
                let answer = try await scene.get(
                    "\(scene.configMaps)?watch=true&\(scene.named)&resourceVersion=\(scene.contract.expiredVersion)"
                        + "&timeoutSeconds=60")
                #expect(answer.status.code == 200)
                let events = try answer.events
                #expect(events.map { $0["type"] } == ["ERROR"])
                #expect(events.first?[["object", "code"]] == 410)
                #expect(events.first?[["object", "reason"]] == "Expired")
            },
            RecordedExchange("continue token of a compacted list") { scene in
                let token = #"{"v":"meta.k8s.io/v1","rv":\#(scene.contract.expiredVersion),"start":"a\u0000"}"#
                // Base64 of RFC 4648 section 5, without padding.
                let text = Data(token.utf8).base64EncodedString().filter { $0 != "=" }
                let answer = try await scene.get("\(scene.configMaps)?limit=1&continue=\(text)")
                try scene.refused(answer, 410, "Expired", "The provided continue parameter is too old")
                #expect(try answer.json[["metadata", "continue"]]?.string?.isEmpty == false)
            },
        ])
}
