extension GoogleProvider.Credential {
    /// What tokens are got with; of a machine's identity nothing is known here.
    var secretRevision: SecretRevision {
        switch self {
        case .document(let source):
            let document = SecretRevision(source)
            // A configuration of workload identity federation names the file of a token that is replaced now and then.
            guard case .externalAccount(let account)? = try? GoogleCredentials(source.current()) else {
                return document
            }
            return document + account.source.secretRevision
        case .metadataServer: return .unchanging
        }
    }
}
