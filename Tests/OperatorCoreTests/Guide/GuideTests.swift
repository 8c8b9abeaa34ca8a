import Foundation
import OperatorCore
import Testing

/// The guide's program does what the guide says, and is what the guide shows.
@Suite(.timeLimit(.minutes(1))) struct GuideTests {
    private func notice(_ text: String) throws -> Notice {
        Notice(
            json: [
                "apiVersion": "example.com/v1", "kind": "Notice", "metadata": ["name": "today"],
                "spec": ["text": .string(text)],
            ])
    }

    private func board(_ api: MemoryAPI, holds text: String) async {
        while api.stored(ConfigMap.self, "notice-board", namespace: "n")?.data["text"] != text { await Task.yield() }
    }

    @Test func theProgramWorks() async throws {
        let api = MemoryAPI()
        api.put(try notice("closed today"), namespace: "n")
        let first = try NoticeOperator(api: api, electionAPI: api, namespace: "n", identity: "first")
        let running = Task { await first.run() }
        await board(api, holds: "closed today")
        api.put(try notice("open again"), namespace: "n")
        await board(api, holds: "open again")
        let map = try #require(api.stored(ConfigMap.self, "notice-board", namespace: "n"))
        let term = map.json[["metadata", "annotations", "example.com/epoch"]]?.string.flatMap { Epoch($0) }
        #expect(term != nil)
        first.elector.stop()
        #expect(await running.value == .released)
        #expect(api.lease(named: "notice-operator")?.holderIdentity == "")
        let messages = api.all(Event.self, namespace: "n").compactMap(\.message)
        #expect(messages.contains("first became leader") && messages.contains("on the board"))

        // The successor's epoch is later.
        let second = try NoticeOperator(api: api, electionAPI: api, namespace: "n", identity: "second")
        let again = Task { await second.run() }
        api.put(try notice("closed for good"), namespace: "n")
        await board(api, holds: "closed for good")
        let later = try #require(api.stored(ConfigMap.self, "notice-board", namespace: "n"))
            .json[["metadata", "annotations", "example.com/epoch"]]?.string.flatMap { Epoch($0) }
        #expect(try #require(later) > (try #require(term)))
        again.cancel()
        #expect(await again.value == .released)
    }

    /// Every line of Swift in the guide is one of the program, in its order.
    @Test func theGuideQuotesTheProgram() throws {
        let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let program = try lines(of: here.appendingPathComponent("NoticeOperator.swift"))
        let guide = try lines(of: here.appendingPathComponent("../../../docs/operator-core.md").standardized)
        var (rest, isSwift, quoted) = (program[...], false, 0)
        for line in guide {
            if line.hasPrefix("```") {
                isSwift = line == "```swift"
                continue
            }
            guard isSwift, !line.isEmpty else { continue }
            guard let index = rest.firstIndex(of: line) else {
                Issue.record("the guide shows a line that the program does not have there: \(line)")
                return
            }
            rest = rest[(index + 1)...]
            quoted += 1
        }
        // All of it but the comment at the head.
        #expect(quoted == program.filter { !$0.isEmpty }.count - 1)
    }

    private func lines(of file: URL) throws -> [String] {
        try String(contentsOf: file, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.trimmingCharacters(in: .whitespaces) }
    }
}

extension MemoryAPI {
    fileprivate func lease(named name: String) -> Lease? { stored(Lease.self, name, namespace: "n") }
}
