import CurlShims

/// What is known about a transfer that libcurl reports as failed.
struct TransferFailure: Sendable {
    var code: CURLcode
    /// From `CURLOPT_ERRORBUFFER`; may be empty.
    var message: String
    /// Names the request.
    var label: String
    /// Whether the request may have been written to a connection, as `CURLOPT_PREREQFUNCTION` reported.
    var requestWasStarted: Bool
    /// Whether the host's name was resolved, or was an address.
    var nameWasResolved: Bool
    /// Whether a line of a response has arrived.
    var responseWasStarted: Bool
}

extension HTTPClientError {
    /// Decides what a failure means to the caller, above all whether the request may have been carried out.
    ///
    /// The same `CURLcode` means different things before and after the request was written: a reset while a proxy or
    /// TLS is negotiated is a failure to connect, the same reset afterwards is a lost connection.
    init(_ failure: TransferFailure) {
        let said = failure.message.isEmpty ? String(cString: curl_shims_easy_strerror(failure.code)) : failure.message
        let code =
            failure.requestWasStarted
            ? Self.codeAfterStart(failure) : Self.codeBeforeStart(failure)
        self.init(code, "\(failure.label): \(Self.oneLine(said))")
    }

    /// The server has not seen the request.
    private static func codeBeforeStart(_ failure: TransferFailure) -> Code {
        switch failure.code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .resolveFailed
        case CURLE_OPERATION_TIMEDOUT: failure.nameWasResolved ? .connectFailed : .resolveFailed
        case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED, CURLE_PROXY, CURLE_SEND_ERROR, CURLE_RECV_ERROR,
            CURLE_GOT_NOTHING, CURLE_WEIRD_SERVER_REPLY, CURLE_REMOTE_ACCESS_DENIED:
            // The later ones come from a proxy that refuses or does not answer CONNECT.
            .connectFailed
        case let code where isAboutTLS(code): .tlsFailed
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: .invalidRequest
        default: .internalError
        }
    }

    /// The server may have seen the request, and acted on it.
    private static func codeAfterStart(_ failure: TransferFailure) -> Code {
        switch failure.code {
        case CURLE_OPERATION_TIMEDOUT: return .timedOut
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_COULDNT_CONNECT:
            // With TLS 1.3 the client is done with the handshake before the server has looked at the client's
            // certificate, so the refusal arrives when the response is read. The server never took the request.
            if !failure.responseWasStarted, failure.message.contains("alert"),
                ["certificate", "unknown ca", "access denied", "handshake failure", "decrypt error"]
                    .contains(where: failure.message.contains)
            {
                return .tlsFailed
            }
            // libcurl has no code of its own for a malformed chunk (RFC 9112 section 7.1).
            return failure.message.contains("chunked-encoding") ? .invalidResponse : .connectionLost
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2, CURLE_BAD_CONTENT_ENCODING,
            CURLE_OUT_OF_MEMORY, tooLarge:
            // "Unsupported protocol" is the code for HTTP/0.9 and other things that are not HTTP/1. A header line of
            // more than 100 KiB is reported as lack of memory; on Linux real lack of memory does not get this far.
            return .invalidResponse
        case CURLE_ABORTED_BY_CALLBACK: return .connectionLost
        // Including TLS codes: a record that cannot be decrypted ends the connection, whatever was done before.
        case let code where isAboutTLS(code): return .connectionLost
        default: return .internalError
        }
    }

    /// `CURLE_TOO_LARGE`, what later versions say of an overlong header; 7.88 has no name for it.
    private static let tooLarge = CURLcode(rawValue: 100)

    private static func isAboutTLS(_ code: CURLcode) -> Bool {
        switch code {
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_SHUTDOWN_FAILED,
            CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT,
            CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_ENGINE_INITFAILED, CURLE_USE_SSL_FAILED:
            true
        default: false
        }
    }

    /// libcurl's messages can quote the peer: one line, bounded, printable.
    private static func oneLine(_ message: String) -> String {
        let characters = message.utf8.prefix(200).map { (0x20...0x7e).contains($0) ? $0 : UInt8(ascii: " ") }
        return String(decoding: characters, as: UTF8.self)
    }
}
