import ClusterSimulator
import Foundation

/// Certificates, tokens and a kubeconfig of one control plane, in its directory.
struct ControlPlaneFiles {
    let directory: String

    func write(port: UInt16) throws -> ControlPlane.Server {
        let authority = try CertificateAuthority(commonName: "Control plane of tests")
        let serving = try authority.issueServerIdentity(names: ["127.0.0.1", "localhost", "kubernetes.default.svc"])
        let accounts = try authority.issueServerIdentity(names: ["service-accounts"])
        let admin = try authority.issueClientIdentity(
            user: SimulatedUser(name: "control-plane-admin", groups: ["system:masters"]))
        let token = UUID().uuidString
        let server = ControlPlane.Server(
            url: "https://127.0.0.1:\(port)", port: port, authorityPEM: authority.certificatePEM, adminToken: token,
            adminCertificatePEM: admin.certificatePEM, adminKeyPEM: admin.privateKeyPEM,
            kubeconfig: "\(directory)/kubeconfig", directory: directory)
        for (name, text) in [
            ("ca.crt", authority.certificatePEM),
            ("server.crt", serving.certificatePEM), ("server.key", serving.privateKeyPEM),
            ("accounts.crt", accounts.certificatePEM), ("accounts.key", accounts.privateKeyPEM),
            ("tokens.csv", "\(token),control-plane-admin,1,system:masters\n"),
            ("kubeconfig", kubeconfig(server)),
        ] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(directory)/\(name)"))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: "\(directory)/\(name)")
        }
        return server
    }

    private func kubeconfig(_ server: ControlPlane.Server) -> String {
        """
        apiVersion: v1
        kind: Config
        current-context: control-plane
        clusters:
          - name: control-plane
            cluster:
              server: \(server.url)
              certificate-authority-data: \(Data(server.authorityPEM.utf8).base64EncodedString())
        users:
          - name: control-plane-admin
            user: {token: \(server.adminToken)}
        contexts:
          - name: control-plane
            context: {cluster: control-plane, user: control-plane-admin}

        """
    }
}
