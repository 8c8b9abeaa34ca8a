/// The hash function SHA-224 (RFC 6234 section 6.2), which swift-crypto leaves out and HMAC-SHA224 needs.
struct SHA224: Sendable {
    static let byteCount = 28
    static let blockByteCount = 64

    /// The digest of a whole message.
    static func hash(_ message: [UInt8]) -> [UInt8] {
        var state: [UInt32] = [
            0xC105_9ED8, 0x367C_D507, 0x3070_DD17, 0xF70E_5939, 0xFFC0_0B31, 0x6858_1511, 0x64F9_8FA7, 0xBEFA_4FA4,
        ]
        let bits = UInt64(message.count) * 8
        var padded = message + [0x80]
        padded += [UInt8](repeating: 0, count: (blockByteCount + 56 - padded.count % blockByteCount) % blockByteCount)
        padded += (0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * UInt64($0))) }
        for start in stride(from: 0, to: padded.count, by: blockByteCount) {
            mix(padded[start..<(start + blockByteCount)], into: &state)
        }
        return state.prefix(7).flatMap { word in
            [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> UInt32($0)) }
        }
    }

    /// HMAC (RFC 2104) with this hash function.
    static func authenticationCode(for message: [UInt8], key: [UInt8]) -> [UInt8] {
        var key = key.count > blockByteCount ? hash(key) : key
        key += [UInt8](repeating: 0, count: blockByteCount - key.count)
        return hash(key.map { $0 ^ 0x5C } + hash(key.map { $0 ^ 0x36 } + message))
    }

    private static func mix(_ block: ArraySlice<UInt8>, into state: inout [UInt32]) {
        var words = stride(from: block.startIndex, to: block.endIndex, by: 4).map { start in
            block[start..<(start + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        }
        for index in 16..<64 {
            let (early, late) = (words[index - 15], words[index - 2])
            let small0 = rotated(early, 7) ^ rotated(early, 18) ^ early >> 3
            let small1 = rotated(late, 17) ^ rotated(late, 19) ^ late >> 10
            words.append(words[index - 16] &+ small0 &+ words[index - 7] &+ small1)
        }
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        var (e, f, g, h) = (state[4], state[5], state[6], state[7])
        for index in 0..<64 {
            let big1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
            let choice = (e & f) ^ (~e & g)
            let first = h &+ big1 &+ choice &+ constants[index] &+ words[index]
            let big0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
            let majority = (a & b) ^ (a & c) ^ (b & c)
            (h, g, f, e) = (g, f, e, d &+ first)
            (d, c, b, a) = (c, b, a, first &+ big0 &+ majority)
        }
        for (index, word) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= word }
    }

    private static func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 { word >> count | word << (32 - count) }

    /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes, computed with whole numbers:
    /// the root of `p`, times 2^32, is the largest `r` with `r³ ≤ p · 2^96`.
    private static let constants: [UInt32] = primes(64).map { prime in
        // r = whole · 2^32 + fraction; all products stay below 2^128.
        var root: UInt64 = 0
        for bit in (0..<35).reversed() {
            let candidate = root | 1 << UInt64(bit)
            let wide = UInt128(candidate)
            if wide * wide * wide <= UInt128(prime) << 96 { root = candidate }
        }
        return UInt32(truncatingIfNeeded: root)
    }

    private static func primes(_ count: Int) -> [UInt64] {
        var primes: [UInt64] = []
        var candidate: UInt64 = 2
        while primes.count < count {
            if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
            candidate += 1
        }
        return primes
    }
}
