import CFuzzer

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Takes an input apart from its front, so that a target can get decisions out of it besides text.
struct FuzzInput {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    /// The next byte; 0 where there is none left.
    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    /// The next eight bytes as a number, the highest first.
    mutating func integer() -> Int64 { (0..<8).reduce(0) { value, _ in value << 8 | Int64(byte()) } }

    /// The rest in pieces of 1 to 16 bytes, whose lengths depend on what is in them.
    mutating func pieces() -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        while let first = rest.first {
            let piece = rest.prefix(Int(first % 16) + 1)
            pieces.append(Array(piece))
            rest = rest.dropFirst(piece.count)
        }
        return pieces
    }
}

/// Ends the process where something does not hold that has to, so that the fuzzer keeps the input.
func expect(_ condition: @autoclosure () -> Bool, _ what: StaticString) {
    guard !condition() else { return }
    fuzzer_say("violated: \(what)")
    abort()
}
