import Testing

@testable import DNSRecords

@Suite struct SHA224Tests {
    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// "abc" and the longer one are examples of FIPS 180; the others, computed with Python's hashlib, end around the end
    /// of a block.
    @Test(arguments: [
        ("", "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f"),
        ("abc", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "75388b16512776cc5dba5da1fd890150b0c6455cb4f58b1952522525"
        ),
        (String(repeating: "a", count: 55), "fb0bd626a70c28541dfa781bb5cc4d7d7f56622a58f01a0b1ddd646f"),
        (String(repeating: "a", count: 56), "d40854fc9caf172067136f2e29e1380b14626bf6f0dd06779f820dcd"),
        (String(repeating: "a", count: 64), "a88cd5cde6d6fe9136a4e58b49167461ea95d388ca2bdb7afdc3cbf4"),
        (String(repeating: "a", count: 119), "e000e6709d26667b631faa7fc1bd404eb4774003c5fb4f51a0184875"),
        (String(repeating: "a", count: 120), "66924e30a9929327e7a6cf03747397226ed2efc180ebe3dea7132a79"),
    ])
    func hashes(message: String, digest: String) {
        #expect(hex(SHA224.hash(Array(message.utf8))) == digest)
    }

    /// Test cases 1, 2 and 6 of RFC 4231.
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0B, count: 20), "Hi There",
            "896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22"
        ),
        (
            Array("Jefe".utf8), "what do ya want for nothing?",
            "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44"
        ),
        (
            [UInt8](repeating: 0xAA, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
            "95e9a0db962095adaebe9b2d6f0dbce2d499f112f2d2b7273fa6870e"
        ),
    ])
    func authenticates(key: [UInt8], message: String, code: String) {
        #expect(hex(SHA224.authenticationCode(for: Array(message.utf8), key: key)) == code)
    }
}
