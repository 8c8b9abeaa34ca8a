import Crypto
import Foundation
import NIOSSL
import SwiftASN1
import X509

/// A certificate authority that exists for the length of a test.
struct TestAuthority: Sendable {
    private let key = P256.Signing.PrivateKey()
    private let name: DistinguishedName
    private let certificate: Certificate

    init() throws {
        name = try DistinguishedName { CommonName("Test Authority") }
        certificate = try Self.certificate(
            for: key, subject: name, issuer: name, signedBy: key, lifetime: -3600..<86400,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                Critical(KeyUsage(keyCertSign: true))
            })
    }

    var pem: [UInt8] { get throws { Array(try certificate.serializeAsPEM().pemString.utf8) } }

    /// Certificate chain and key of a server, for these names and addresses.
    func serverIdentity(
        names: [String] = ["localhost"], addresses: [[UInt8]] = [[127, 0, 0, 1]],
        lifetime: Range<TimeInterval> = -3600..<3600
    ) throws -> (certificate: [UInt8], key: [UInt8]) {
        let leafKey = P256.Signing.PrivateKey()
        let alternatives =
            names.map { GeneralName.dnsName($0) }
            + addresses.map { GeneralName.ipAddress(ASN1OctetString(contentBytes: $0[...])) }
        let leaf = try Self.certificate(
            for: leafKey, subject: try DistinguishedName { CommonName("server") }, issuer: name, signedBy: key,
            lifetime: lifetime,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                SubjectAlternativeNames(alternatives)
                try ExtendedKeyUsage([.serverAuth])
            })
        return (Array(try leaf.serializeAsPEM().pemString.utf8), Array(leafKey.pemRepresentation.utf8))
    }

    /// What a server over TLS needs.
    func serverContext(
        names: [String] = ["localhost"], addresses: [[UInt8]] = [[127, 0, 0, 1]],
        lifetime: Range<TimeInterval> = -3600..<3600
    ) throws -> NIOSSLContext {
        let identity = try serverIdentity(names: names, addresses: addresses, lifetime: lifetime)
        return try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: [.certificate(try NIOSSLCertificate(bytes: identity.certificate, format: .pem))],
                privateKey: .privateKey(try NIOSSLPrivateKey(bytes: identity.key, format: .pem))))
    }

    private static func certificate(
        for key: P256.Signing.PrivateKey, subject: DistinguishedName, issuer: DistinguishedName,
        signedBy issuerKey: P256.Signing.PrivateKey, lifetime: Range<TimeInterval>,
        extensions: Certificate.Extensions
    ) throws -> Certificate {
        try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: Certificate.PublicKey(key.publicKey),
            notValidBefore: Date(timeIntervalSinceNow: lifetime.lowerBound),
            notValidAfter: Date(timeIntervalSinceNow: lifetime.upperBound), issuer: issuer, subject: subject,
            signatureAlgorithm: .ecdsaWithSHA256, extensions: extensions,
            issuerPrivateKey: Certificate.PrivateKey(issuerKey))
    }
}
