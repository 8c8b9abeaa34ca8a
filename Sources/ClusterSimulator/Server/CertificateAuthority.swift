import Crypto
public import FoundationEssentials
import NIOCore
import NIOSSL
import NetworkPrimitives
import SwiftASN1
import X509

/// A certificate authority made for one run of a simulator, or kept in a directory.
public struct CertificateAuthority: Sendable {
    /// The authority's certificate as PEM: what clients are to trust.
    public let certificatePEM: String

    private let certificate: Certificate
    private let key: P256.Signing.PrivateKey

    /// A certificate and its key, as PEM.
    public struct Identity: Sendable, Hashable {
        public var certificatePEM: String
        public var privateKeyPEM: String
    }

    /// Makes a new authority.
    public init(commonName: String = "Simulated cluster authority") throws {
        try self.init(key: P256.Signing.PrivateKey(), commonName: commonName)
    }

    private init(key: P256.Signing.PrivateKey, commonName: String) throws {
        let name = try DistinguishedName { CommonName(commonName) }
        let extensions = try Certificate.Extensions {
            Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
            Critical(KeyUsage(digitalSignature: true, keyCertSign: true, cRLSign: true))
            SubjectKeyIdentifier(hash: Certificate.PublicKey(key.publicKey))
        }
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PublicKey(key.publicKey), notValidBefore: Self.start, notValidAfter: Self.end,
            issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256, extensions: extensions,
            issuerPrivateKey: Certificate.PrivateKey(key))
        try self.init(certificate: certificate, key: key)
    }

    private init(certificate: Certificate, key: P256.Signing.PrivateKey) throws {
        self.certificate = certificate
        self.key = key
        certificatePEM = try certificate.serializeAsPEM().pemString + "\n"
    }

    /// The authority kept in a directory (`ca.crt`, `ca.key`); made and saved there the first time.
    public init(directory: String) throws {
        let root = URL(fileURLWithPath: directory, isDirectory: true)
        let certificateFile = root.appendingPathComponent("ca.crt")
        let keyFile = root.appendingPathComponent("ca.key")
        if let certificate = try? Data(contentsOf: certificateFile), let key = try? Data(contentsOf: keyFile) {
            try self.init(
                certificate: Certificate(pemEncoded: String(decoding: certificate, as: UTF8.self)),
                key: P256.Signing.PrivateKey(pemRepresentation: String(decoding: key, as: UTF8.self)))
            return
        }
        try self.init()
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        try Data(key.pemRepresentation.utf8).write(to: keyFile, options: .atomic)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: keyFile.path)
        try Data(certificatePEM.utf8).write(to: certificateFile, options: .atomic)
    }

    /// Issues a server's certificate for host names and IP addresses.
    ///
    /// - Parameter validity: seconds from now from which and to which it is valid; an expired one tests clients.
    public func issueServerIdentity(
        names: [String], validity: ClosedRange<TimeInterval> = -3600...(10 * 365 * 86_400)
    ) throws -> Identity {
        let alternatives = names.map { name -> GeneralName in
            guard let address = IPAddress(name) else { return .dnsName(name) }
            return .ipAddress(ASN1OctetString(contentBytes: address.bytes[...]))
        }
        return try issue(
            subject: DistinguishedName { CommonName(names.first ?? "localhost") }, alternatives: alternatives,
            usages: [.serverAuth], validity: validity)
    }

    /// Issues a client's certificate: the API server takes the common name as the user and organizations as groups.
    public func issueClientIdentity(
        user: SimulatedUser, validity: ClosedRange<TimeInterval> = -3600...(10 * 365 * 86_400)
    ) throws -> Identity {
        let subject = try DistinguishedName {
            for group in user.groups where group != "system:authenticated" { OrganizationName(group) }
            CommonName(user.name)
        }
        return try issue(subject: subject, alternatives: [], usages: [.clientAuth], validity: validity)
    }

    private func issue(
        subject: DistinguishedName, alternatives: [GeneralName], usages: [ExtendedKeyUsage.Usage],
        validity: ClosedRange<TimeInterval>
    ) throws -> Identity {
        let leafKey = P256.Signing.PrivateKey()
        let issuerKeyID = try certificate.extensions.subjectKeyIdentifier?.keyIdentifier
        let extensions = try Certificate.Extensions {
            Critical(BasicConstraints.notCertificateAuthority)
            Critical(KeyUsage(digitalSignature: true))
            try ExtendedKeyUsage(usages)
            AuthorityKeyIdentifier(keyIdentifier: issuerKeyID)
            if !alternatives.isEmpty { SubjectAlternativeNames(alternatives) }
        }
        let now = Date()
        let leaf = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PublicKey(leafKey.publicKey),
            notValidBefore: now.addingTimeInterval(validity.lowerBound),
            notValidAfter: now.addingTimeInterval(validity.upperBound), issuer: certificate.subject,
            subject: subject, signatureAlgorithm: .ecdsaWithSHA256, extensions: extensions,
            issuerPrivateKey: Certificate.PrivateKey(key))
        return Identity(
            certificatePEM: try leaf.serializeAsPEM().pemString + "\n", privateKeyPEM: leafKey.pemRepresentation)
    }

    private static var start: Date { Date().addingTimeInterval(-86_400) }
    private static var end: Date { Date().addingTimeInterval(20 * 365 * 86_400) }

    // MARK: for the servers

    /// TLS of a server that also accepts, but does not demand, certificates of clients.
    func serverContext(for identity: Identity) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(identity.certificatePEM.utf8))
                .map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(identity.privateKeyPEM.utf8), format: .pem)))
        configuration.certificateVerification = .optionalVerification
        configuration.trustRoots = .certificates(
            try NIOSSLCertificate.fromPEMBytes(Array(certificatePEM.utf8)))
        // A client that does not answer the closing of a connection must not hold up a restart.
        configuration.shutdownTimeout = .milliseconds(200)
        configuration.applicationProtocols = ["http/1.1"]
        return try NIOSSLContext(configuration: configuration)
    }

    /// The user whom a client's certificate names.
    static func user(of certificate: NIOSSLCertificate) -> SimulatedUser? {
        guard let bytes = try? certificate.toDERBytes(), let parsed = try? Certificate(derEncoded: bytes) else {
            return nil
        }
        var user = SimulatedUser(name: "", groups: [])
        for attribute in parsed.subject.flatMap({ $0 }) {
            guard let value = String(attribute.value) else { continue }
            switch attribute.type {
            case .RDNAttributeType.commonName: user.name = value
            case .RDNAttributeType.organizationName: user.groups.append(value)
            default: break
            }
        }
        user.groups.append("system:authenticated")
        return user.name.isEmpty ? nil : user
    }
}
