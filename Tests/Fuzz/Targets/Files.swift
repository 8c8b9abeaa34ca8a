@testable import CurlHTTP
@testable import OperatorCore

extension FuzzTarget {
    /// Certificates from a file: what is taken for a bundle of authorities has a certificate in it.
    static let pem = FuzzTarget("pem") { bytes in
        let blocks = try? PEM.blocks(in: bytes, called: "the input")
        for block in blocks ?? [] { expect(!block.label.contains("\n"), "a label is one line") }
        _ = CertificateBundle.fault(in: bytes)
    }

    /// A time that can be read is written in a form that reads back as the same.
    static let microTime = FuzzTarget("micro-time") { bytes in
        guard let time = MicroTime(String(decoding: bytes, as: UTF8.self)) else { return }
        expect(MicroTime(time.description) == time, "a time survives being written")
    }
}
