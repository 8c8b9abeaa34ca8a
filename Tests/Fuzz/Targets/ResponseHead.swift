import HTTPTypes

@testable import CurlHTTP

extension FuzzTarget {
    /// A response head ends in fields that could be sent on, or in a reason.
    static let responseHead = FuzzTarget("response-head") { bytes in
        var parser = ResponseHeadParser()
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            switch parser.lineReceived(line + [UInt8(ascii: "\n")]) {
            case .incomplete: continue
            case .invalid(let reason): return expect(!reason.isEmpty, "a refusal has a reason")
            case .head(let head):
                expect((200...999).contains(head.status.code), "the final status is one")
                for field in head.headers {
                    let isClean = field.withUnsafeBytesOfValue { value in
                        !value.contains { $0 == 0x0A || $0 == 0x0D || $0 == 0 }
                    }
                    expect(isClean, "no field has a line break")
                }
                return
            }
        }
    }

    /// A wait that a server asks for is bounded and not negative.
    static let retryAfter = FuzzTarget("retry-after") { bytes in
        var input = FuzzInput(bytes)
        let seconds = input.integer()
        let field = String(decoding: input.rest, as: UTF8.self)
        guard let wait = RetryAfter.duration(field: field, seconds: seconds) else { return }
        expect(wait >= .zero && wait <= .seconds(Int64(Int32.max)), "a wait is bounded")
        expect(RetryAfter.duration(field: nil, seconds: seconds) == nil, "no header asks for nothing")
    }
}
