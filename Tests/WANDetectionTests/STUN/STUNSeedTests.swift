import Foundation
import Testing

@testable import WANDetection

/// The fuzzer starts from the hostile answers that the tests know.
@Suite struct STUNSeedTests {
    private let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fuzz/Corpus/stun")

    /// The name of a case as that of a file.
    private func fileName(_ answer: STUNCase) -> String {
        let words = answer.testDescription.lowercased().split { !$0.isASCII || !($0.isLetter || $0.isNumber) }
        return words.joined(separator: "-")
    }

    /// Of 96 wrong bits two will do; the fuzzer flips the others.
    private var seeds: [STUNCase] {
        STUNCase.all.filter { answer in
            let name = answer.testDescription
            return !name.hasPrefix("identifier wrong") || name.hasSuffix("bit 0") || name.hasSuffix("bit 95")
        } + [STUNCase("vector 2.3 of RFC 5769", STUNMessageTests.ipv6Response)]
    }

    /// With `ESDDNS_WRITE_SEEDS=1` in the environment, the seeds are written first.
    @Test func everyHostileAnswerIsASeed() throws {
        if ProcessInfo.processInfo.environment["ESDDNS_WRITE_SEEDS"] == "1" {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            for seed in seeds { try Data(seed.bytes).write(to: folder.appending(path: fileName(seed))) }
        }
        for seed in seeds {
            let file = folder.appending(path: fileName(seed))
            #expect(
                (try? Data(contentsOf: file)) == Data(seed.bytes),
                "\(file.lastPathComponent) is not the case \"\(seed)\"; write it with ESDDNS_WRITE_SEEDS=1")
        }
    }
}
