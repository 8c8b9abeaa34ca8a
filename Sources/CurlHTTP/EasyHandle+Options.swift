import CurlShims
import HTTPTypes

/// What a client's transfers have in common, in libcurl's terms. Belongs to the event loop's thread.
final class TransferSettings {
    private let configuration: HTTPClient.Configuration
    private let authorities: Blob?
    private let certificate: Blob?
    private let privateKey: Blob?
    private let noProxy: String

    init(_ configuration: HTTPClient.Configuration) {
        self.configuration = configuration
        authorities = if case .pem(let bytes) = configuration.trustRoots { Blob(bytes) } else { nil }
        certificate = configuration.clientCertificate.map { Blob($0.certificateChain) }
        privateKey = configuration.clientCertificate.map { Blob($0.privateKey) }
        noProxy = if case .url(_, let hosts) = configuration.proxy { hosts.joined(separator: ",") } else { "" }
    }

    /// Sets everything that does not depend on the request.
    func apply(to easy: EasyHandle) throws(HTTPClientError) {
        try applyProtocol(to: easy)
        try applyConnection(to: easy)
        try applyProxy(to: easy)
        try applyTLS(to: easy)
    }

    private func applyProtocol(to easy: EasyHandle) throws(HTTPClientError) {
        try easy.set(CURLOPT_PROTOCOLS_STR, "http,https")
        try easy.set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https")
        try easy.set(CURLOPT_FOLLOWLOCATION, false)
        try easy.set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        // On a time-out libcurl would keep a multiplexed HTTP/2 connection, and so a black hole, in its pool.
        try easy.set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        try easy.set(CURLOPT_HTTP09_ALLOWED, false)
        try easy.set(CURLOPT_PATH_AS_IS, true)
        // A proxy's answer to CONNECT is not part of the response.
        try easy.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, true)
        try easy.set(CURLOPT_ACCEPT_ENCODING, nil as String?)
    }

    private func applyConnection(to easy: EasyHandle) throws(HTTPClientError) {
        // No signals: with threads they could arrive anywhere. SIGPIPE is blocked in the event loop's thread.
        try easy.set(CURLOPT_NOSIGNAL, true)
        try easy.set(CURLOPT_CONNECTTIMEOUT_MS, configuration.connectTimeout.milliseconds)
        try easy.set(CURLOPT_MAXLIFETIME_CONN, configuration.maximumConnectionAge.wholeSeconds)
        try easy.set(CURLOPT_MAXAGE_CONN, configuration.maximumIdleAge.wholeSeconds)
        try easy.set(CURLOPT_TCP_KEEPALIVE, true)
        try easy.set(CURLOPT_TCP_KEEPIDLE, 30)
        try easy.set(CURLOPT_TCP_KEEPINTVL, 10)
        // Longer than a connect may take, because Linux applies it to the first packet as well.
        try easy.setSocketCallbacks(userTimeout: max(.seconds(30), configuration.connectTimeout))
        // Else ending a transfer that still resolves its host waits for the resolver's thread, which can take as long
        // as every name server's time-out together, and holds up every other transfer of this loop. The abandoned
        // thread frees its memory itself.
        try easy.set(CURLOPT_QUICK_EXIT, true)
        let resolve =
            switch configuration.addressFamily {
            case .any: CURL_IPRESOLVE_WHATEVER
            case .ipv4: CURL_IPRESOLVE_V4
            case .ipv6: CURL_IPRESOLVE_V6
            }
        try easy.set(CURLOPT_IPRESOLVE, Int(resolve))
    }

    /// An empty string, unlike "not set", keeps libcurl from asking the environment.
    private func applyProxy(to easy: EasyHandle) throws(HTTPClientError) {
        switch configuration.proxy {
        case .none: try easy.set(CURLOPT_PROXY, "")
        case .url(let url, _): try easy.set(CURLOPT_PROXY, url)
        }
        try easy.set(CURLOPT_NOPROXY, noProxy)
        try easy.set(CURLOPT_PROXY_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
    }

    private func applyTLS(to easy: EasyHandle) throws(HTTPClientError) {
        try easy.set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        if let directory = configuration.builtInAuthorityDirectory {
            try easy.set(CURLOPT_CAPATH, directory)
        }
        let verifies = if case .insecure = configuration.trustRoots { false } else { true }
        try easy.set(CURLOPT_SSL_VERIFYPEER, verifies)
        try easy.set(CURLOPT_SSL_VERIFYHOST, verifies ? 2 : 0)
        if let authorities {
            // Both: the built-in directory would stay trusted beside the blob, and with it every public authority.
            try easy.set(CURLOPT_CAPATH, nil as String?)
            try easy.set(CURLOPT_CAINFO, nil as String?)
            try easy.set(CURLOPT_CAINFO_BLOB, authorities)
        }
        if let certificate, let privateKey {
            try easy.set(CURLOPT_SSLCERTTYPE, "PEM")
            try easy.set(CURLOPT_SSLCERT_BLOB, certificate)
            try easy.set(CURLOPT_SSLKEYTYPE, "PEM")
            try easy.set(CURLOPT_SSLKEY_BLOB, privateKey)
        }
    }

    /// Sets what the request asks for, except for callbacks, header lists and its time-out.
    func apply(_ plan: RequestPlan, to easy: EasyHandle) throws(HTTPClientError) {
        try easy.set(CURLOPT_URL, plan.target.url)
        if plan.setsUserAgent { try easy.set(CURLOPT_USERAGENT, configuration.userAgent) }
        switch (plan.method, plan.body) {
        case (.head, _):
            try easy.set(CURLOPT_NOBODY, true)
        case (let method, let body?):
            try easy.set(CURLOPT_POST, true)
            try easy.setBody(body)
            try easy.set(CURLOPT_CUSTOMREQUEST, method.rawValue)
        case (let method, nil):
            try easy.set(CURLOPT_HTTPGET, true)
            if method != .get { try easy.set(CURLOPT_CUSTOMREQUEST, method.rawValue) }
        }
    }
}
