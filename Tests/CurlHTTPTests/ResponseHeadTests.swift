import HTTPTypes
import Testing

@testable import CurlHTTP

@Suite("ResponseHeadParser")
struct ResponseHeadTests {
    private func parse(_ lines: [String]) -> ResponseHeadParser.Outcome {
        var parser = ResponseHeadParser()
        var outcome = ResponseHeadParser.Outcome.incomplete
        for line in lines {
            outcome = parser.lineReceived(Array(line.utf8))
            if case .invalid = outcome { return outcome }
        }
        return outcome
    }

    @Test("Status and fields, with any line ending and white space")
    func head() {
        let expected = ResponseHead(
            status: .init(code: 404, reasonPhrase: "Not Found Here"),
            headers: [.contentType: "text/plain; charset=utf-8", .server: ""], retryAfter: nil)
        for ending in ["\r\n", "\n"] {
            let lines = ["HTTP/1.1 404 Not Found Here", "content-type: \t text/plain; charset=utf-8  ", "Server:", ""]
            #expect(parse(lines.map { $0 + ending }) == .head(expected))
        }
    }

    @Test("A missing reason is allowed")
    func noReason() {
        for line in ["HTTP/1.1 200\r\n", "HTTP/1.1 200 \r\n", "HTTP/1.0 200\r\n"] {
            #expect(parse([line, "\r\n"]) == .head(ResponseHead(status: .init(code: 200), headers: [:])))
        }
    }

    @Test("Interim heads leave nothing behind")
    func interim() {
        let lines = ["HTTP/1.1 100 Continue\r\n", "A: 1\r\n", "\r\n", "HTTP/1.1 200 OK\r\n", "\r\n"]
        #expect(parse(lines) == .head(ResponseHead(status: .ok, headers: [:])))
    }

    @Test("Folded lines are joined, and never to the wrong field")
    func folding() throws {
        let name = try #require(HTTPField.Name("X-Long"))
        #expect(
            parse(["HTTP/1.1 200 OK\r\n", "X-Long: a\r\n", "  b\r\n", "\tc\r\n", "\r\n"])
                == .head(ResponseHead(status: .ok, headers: [name: "a b c"])))
        #expect(
            parse(["HTTP/1.1 200 OK\r\n", "X-Long: a\r\n", "bad name: x\r\n", " b\r\n", "\r\n"])
                == .head(ResponseHead(status: .ok, headers: [name: "a"])))
        #expect(
            parse(["HTTP/1.1 200 OK\r\n", " nothing before\r\n", "\r\n"])
                == .head(ResponseHead(status: .ok, headers: [:])))
    }

    @Test("Values keep bytes that are not UTF-8")
    func bytes() throws {
        var parser = ResponseHeadParser()
        _ = parser.lineReceived(Array("HTTP/1.1 200 OK\r\n".utf8))
        _ = parser.lineReceived(Array("X-Name: M".utf8) + [0xfc] + Array("ller\r\n".utf8))
        guard case .head(let head) = parser.lineReceived(Array("\r\n".utf8)), let field = head.headers.first else {
            Issue.record("no head")
            return
        }
        #expect(field.withUnsafeBytesOfValue { Array($0) } == Array("M".utf8) + [0xfc] + Array("ller".utf8))
    }

    @Test(
        "What is no head is refused",
        arguments: [
            ["\r\n"], ["A: b\r\n"], ["HTTP/1.1\r\n"], ["HTTP/1.1 20 OK\r\n"], ["HTTP/1.1 2000 OK\r\n"],
            ["HTTP/1.1 +20 OK\r\n"], ["HTTP/1.1 099 Low\r\n"], ["HTTP/1.1 200 OK\r\n", "no colon\r\n"],
            ["HTTP/1.1 101 Switching Protocols\r\n", "\r\n"],
        ])
    func invalid(lines: [String]) {
        guard case .invalid(let why) = parse(lines) else {
            Issue.record("accepted")
            return
        }
        #expect(!why.isEmpty)
    }

    @Test("Heads are bounded, interim ones included")
    func bound() {
        var parser = ResponseHeadParser()
        var lines = 0
        while lines < 1_000_000 {
            lines += 1
            guard parser.lineReceived(Array("HTTP/1.1 103 Early Hints\r\n".utf8)) == .incomplete,
                parser.lineReceived(Array("\r\n".utf8)) == .incomplete
            else { break }
        }
        #expect(lines < 10_000)
    }
}

@Suite("RetryAfter")
struct RetryAfterTests {
    @Test(
        "Both forms, and what is neither",
        arguments: [
            (nil as String?, 0 as Int64, nil as Duration?), (nil, 5, nil), ("5", 5, .seconds(5)), ("0", 0, .zero),
            ("Thu, 01 Jan 1998 00:00:00 GMT", -800_000_000, .zero), ("Thu, 01 Jan 1998 00:00:00 GMT", 0, .zero),
            ("soon", 0, nil), ("", 0, nil), ("99999999999999999999", Int64.max, .seconds(Int64(Int32.max))),
        ])
    func duration(field: String?, seconds: Int64, expected: Duration?) {
        #expect(RetryAfter.duration(field: field, seconds: seconds) == expected)
    }
}
