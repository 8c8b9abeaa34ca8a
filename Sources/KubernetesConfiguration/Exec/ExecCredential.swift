import CurlHTTP
import OperatorCore

/// What a plugin has yielded: a token, or a certificate with its key, or both.
struct ExecCredential: Sendable {
    let token: BearerToken?
    let certificate: HTTPClient.Configuration.ClientCertificate?
    /// `nil`: until the server refuses it.
    let expires: MicroTime?
    /// Grows with each run of the plugin, so that two credentials can be told apart without being compared.
    let generation: Int

    /// Credentials are replaced that long before they expire, for what a request takes.
    static let leeway: Duration = .seconds(5)

    func isFresh(at time: MicroTime) -> Bool { expires.map { time.advanced(by: Self.leeway) < $0 } ?? true }

    /// Reads what a plugin has printed. Errors say what is wrong and never quote it.
    init(printed bytes: [UInt8], by plugin: ExecPlugin, generation: Int) throws(KubernetesError) {
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue(parsing: bytes)
        } catch {
            throw plugin.failure("has not printed an ExecCredential in JSON (\(error))")
        }
        guard json["kind"]?.string == "ExecCredential" else {
            throw plugin.failure("has printed JSON whose kind is not ExecCredential")
        }
        guard json["apiVersion"]?.string == plugin.apiVersion else {
            throw plugin.failure("has printed an ExecCredential whose apiVersion is not \(plugin.apiVersion)")
        }
        guard let status = json["status"], status.object != nil else {
            throw plugin.failure("has printed an ExecCredential without status")
        }
        func text(_ key: String) -> String? { status[key]?.string.flatMap { $0.isEmpty ? nil : $0 } }
        if let text = text("token") {
            guard let bearer = BearerToken(text) else {
                throw plugin.failure("has yielded a token that is not printable ASCII without spaces")
            }
            token = bearer
        } else {
            token = nil
        }
        switch (text("clientCertificateData"), text("clientKeyData")) {
        case (let chain?, let key?):
            certificate = .init(certificateChain: Array(chain.utf8), privateKey: Array(key.utf8))
        case (nil, nil):
            certificate = nil
        default:
            throw plugin.failure("has yielded one of clientCertificateData and clientKeyData without the other")
        }
        guard token != nil || certificate != nil else {
            throw plugin.failure("has yielded neither a token nor a client certificate")
        }
        if let text = text("expirationTimestamp") {
            guard let time = MicroTime(rfc3339: text) else {
                throw plugin.failure("has yielded an expirationTimestamp that is not a time as of RFC 3339")
            }
            expires = time
        } else {
            expires = nil
        }
        self.generation = generation
    }
}
