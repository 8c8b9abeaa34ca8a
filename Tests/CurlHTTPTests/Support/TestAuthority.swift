import Crypto
import Foundation
import NIOSSL
import SwiftASN1
import X509

/// A certificate authority that exists for the length of a test.
struct TestAuthority: Sendable {
    private let key = P256.Signing.PrivateKey()
    private let name: DistinguishedName
    private let commonName: String
    private let certificate: Certificate

    init(_ commonName: String) throws {
        self.commonName = commonName
        name = try DistinguishedName { CommonName(commonName) }
        certificate = try Self.certificate(
            for: key, subject: name, issuer: name, signedBy: key, validFor: -3600..<86400,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                Critical(KeyUsage(keyCertSign: true))
            })
    }

    var pem: [UInt8] { get throws { Array(try certificate.serializeAsPEM().pemString.utf8) } }

    /// A certificate and its key, both PEM.
    struct Identity: Sendable {
        var certificate: [UInt8]
        var key: [UInt8]
    }

    /// Issues a certificate for servers and clients.
    ///
    /// - Parameters:
    ///   - names: DNS names it is good for.
    ///   - addresses: IPv4 addresses it is good for.
    ///   - validFor: from and to, in seconds from now.
    func issue(
        names: [String] = ["localhost"], addresses: [[UInt8]] = [[127, 0, 0, 1]],
        validFor: Range<TimeInterval> = -3600..<3600
    ) throws -> Identity {
        let leafKey = P256.Signing.PrivateKey()
        let alternatives =
            names.map { GeneralName.dnsName($0) }
            + addresses.map { GeneralName.ipAddress(ASN1OctetString(contentBytes: $0[...])) }
        let leaf = try Self.certificate(
            for: leafKey, subject: try DistinguishedName { CommonName("leaf of \(commonName)") }, issuer: name,
            signedBy: key, validFor: validFor,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                SubjectAlternativeNames(alternatives)
                try ExtendedKeyUsage([.serverAuth, .clientAuth])
            })
        return Identity(
            certificate: Array(try leaf.serializeAsPEM().pemString.utf8),
            key: Array(leafKey.pemRepresentation.utf8))
    }

    /// The name that OpenSSL looks for in a directory of authorities: SHA-1 of the subject in its canonical encoding
    /// (each part a SET, the text as UTF8String in lower case), four bytes of it, little-endian.
    var fileNameInDirectory: String {
        let text = Array(commonName.lowercased().utf8)
        func encoded(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] { [tag, UInt8(content.count)] + content }
        let part = encoded(0x31, encoded(0x30, encoded(0x06, [0x55, 0x04, 0x03]) + encoded(0x0c, text)))
        let hash = Insecure.SHA1.hash(data: part).prefix(4).reversed()
        return hash.map { byte in String(format: "%02x", byte) }.joined() + ".0"
    }

    private static func certificate(
        for key: P256.Signing.PrivateKey, subject: DistinguishedName, issuer: DistinguishedName,
        signedBy issuerKey: P256.Signing.PrivateKey, validFor: Range<TimeInterval>, extensions: Certificate.Extensions
    ) throws -> Certificate {
        try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PublicKey(key.publicKey),
            notValidBefore: Date(timeIntervalSinceNow: validFor.lowerBound),
            notValidAfter: Date(timeIntervalSinceNow: validFor.upperBound),
            issuer: issuer,
            subject: subject,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: extensions,
            issuerPrivateKey: Certificate.PrivateKey(issuerKey))
    }
}

extension TestAuthority.Identity {
    /// A server that presents this certificate.
    ///
    /// - Parameter clientAuthority: demands a client certificate that this authority (PEM) has issued.
    func serverConfiguration(requiringClientsOf clientAuthority: [UInt8]? = nil) throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: [.certificate(try NIOSSLCertificate(bytes: certificate, format: .pem))],
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: key, format: .pem)))
        if let clientAuthority {
            configuration.certificateVerification = .noHostnameVerification
            configuration.trustRoots = .certificates([try NIOSSLCertificate(bytes: clientAuthority, format: .pem)])
        }
        return configuration
    }
}
