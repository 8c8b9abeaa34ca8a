import CurlShims
import Testing

@testable import CurlHTTP

@Suite("HTTPClientError from libcurl's codes")
struct HTTPClientErrorTests {
    private func error(
        _ code: CURLcode, started: Bool, resolved: Bool = true, answered: Bool = false, message: String = "said"
    ) -> HTTPClientError {
        HTTPClientError(
            TransferFailure(
                code: code, message: message, label: "GET http://h/", requestWasStarted: started,
                nameWasResolved: resolved, responseWasStarted: answered))
    }

    @Test("Before the request was written, no failure can have carried it out")
    func beforeStart() {
        let expected: [(CURLcode, HTTPClientError.Code)] = [
            (CURLE_COULDNT_RESOLVE_HOST, .resolveFailed), (CURLE_COULDNT_RESOLVE_PROXY, .resolveFailed),
            (CURLE_COULDNT_CONNECT, .connectFailed), (CURLE_OPERATION_TIMEDOUT, .connectFailed),
            (CURLE_RECV_ERROR, .connectFailed), (CURLE_SEND_ERROR, .connectFailed), (CURLE_PROXY, .connectFailed),
            (CURLE_SSL_CONNECT_ERROR, .tlsFailed), (CURLE_PEER_FAILED_VERIFICATION, .tlsFailed),
            (CURLE_SSL_CERTPROBLEM, .tlsFailed), (CURLE_SSL_CACERT_BADFILE, .tlsFailed),
            (CURLE_SSL_CLIENTCERT, .tlsFailed), (CURLE_URL_MALFORMAT, .invalidRequest),
        ]
        for (code, meaning) in expected {
            let error = error(code, started: false)
            #expect(error.code == meaning)
            #expect(error.requestWasNotSent)
            #expect(error.detail == "GET http://h/: said")
        }
        #expect(error(CURLE_OPERATION_TIMEDOUT, started: false, resolved: false).code == .resolveFailed)
    }

    @Test("Afterwards, every failure may have")
    func afterStart() {
        let expected: [(CURLcode, HTTPClientError.Code)] = [
            (CURLE_OPERATION_TIMEDOUT, .timedOut), (CURLE_RECV_ERROR, .connectionLost),
            (CURLE_SEND_ERROR, .connectionLost), (CURLE_GOT_NOTHING, .connectionLost),
            (CURLE_PARTIAL_FILE, .connectionLost), (CURLE_SSL_CONNECT_ERROR, .connectionLost),
            (CURLE_UNSUPPORTED_PROTOCOL, .invalidResponse), (CURLE_WEIRD_SERVER_REPLY, .invalidResponse),
            (CURLE_OUT_OF_MEMORY, .invalidResponse), (CURLE_WRITE_ERROR, .internalError),
        ]
        for (code, meaning) in expected {
            let error = error(code, started: true)
            #expect(error.code == meaning)
            #expect(!error.requestWasNotSent)
        }
    }

    @Test("A TLS 1.3 server that refuses the client's certificate has not taken the request")
    func lateRefusal() {
        let message = "OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0"
        #expect(error(CURLE_RECV_ERROR, started: true, message: message).code == .tlsFailed)
        #expect(error(CURLE_RECV_ERROR, started: true, answered: true, message: message).code == .connectionLost)
        let other = "OpenSSL SSL_read: error:0A000438:SSL routines::tlsv1 alert internal error, errno 0"
        #expect(error(CURLE_RECV_ERROR, started: true, message: other).code == .connectionLost)
    }

    @Test("Messages are one bounded line")
    func bounded() {
        let error = error(CURLE_RECV_ERROR, started: true, message: "a\r\nb" + String(repeating: "c", count: 5000))
        #expect(error.detail.hasPrefix("GET http://h/: a  b"))
        #expect(error.detail.utf8.count < 250)
        #expect(self.error(CURLE_GOT_NOTHING, started: true, message: "").detail.count > "GET http://h/: ".count)
    }
}
