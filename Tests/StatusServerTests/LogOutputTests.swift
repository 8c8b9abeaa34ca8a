import Dispatch
import Foundation
import StatusServer
import Testing

@Suite struct LogOutputTests {
    @Test func linesOfManyThreadsStayWhole() async {
        let pipe = Pipe()
        let output = DescriptorLogOutput(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        // Longer than what a pipe takes in one piece.
        let tail = String(repeating: "x", count: 6000)
        // Reader and writers wait for each other, which the threads of Swift's tasks are not for.
        let read = await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(returning: pipe.fileHandleForReading.readDataToEndOfFile())
            }
            DispatchQueue.global().async {
                DispatchQueue.concurrentPerform(iterations: 4) { task in
                    for line in 0..<25 { output.write(line: "\(task)/\(line) \(tail)") }
                }
                try? pipe.fileHandleForWriting.close()
            }
        }
        let lines = String(decoding: read, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 100)
        #expect(lines.allSatisfy { $0.hasSuffix(" \(tail)") && $0.utf8.count < 6010 })
        #expect(Set(lines.map { $0.prefix { $0 != " " } }).count == 100)
    }

    @Test func aPipeThatNobodyReadsDoesNotHoldUpTheProgram() throws {
        let pipe = Pipe()
        let descriptor = pipe.fileHandleForWriting.fileDescriptor
        #expect(fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0)
        let output = DescriptorLogOutput(descriptor: descriptor, patience: .zero)
        for _ in 0..<100 { output.write(line: String(repeating: "x", count: 10_000)) }
        try pipe.fileHandleForWriting.close()
        #expect(!pipe.fileHandleForReading.readDataToEndOfFile().isEmpty)
    }

    @Test func aClosedDescriptorIsNoReasonToStop() {
        DescriptorLogOutput(descriptor: -1).write(line: "lost")
    }
}
