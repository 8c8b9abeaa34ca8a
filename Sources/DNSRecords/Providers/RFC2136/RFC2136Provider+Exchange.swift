import NetworkPrimitives

extension RFC2136Provider {
    /// Sends a signed message and returns its verified answer.
    ///
    /// The server may have seen an update whose answer did not come, or is not to be believed.
    func askSigned(_ message: DNSMessage, isWrite: Bool) async throws(ProviderError) -> DNSMessage {
        guard let secret = key.bytes else {
            throw ProviderError(
                .refused, "the secret of the key \"\(key.name)\" is not base64; expected what the key file has")
        }
        let signer = TSIGSigner(
            keyName: key.name, algorithm: key.algorithm, codeByteCount: key.codeByteCount, key: secret)
        let request: TSIGSigner.SignedRequest
        do throws(DNSEncodingError) {
            request = try signer.sign(message, at: wallClock.secondsSinceEpoch)
        } catch {
            throw ProviderError(.permanent, error.description)
        }
        let reply: DNSReply
        do throws(ExchangeError) {
            reply = try await dns.ask(request.bytes, at: server)
        } catch {
            throw providerError(error, isWrite: isWrite)
        }
        do throws(TSIGFailure) {
            try signer.verify(reply, to: request, at: wallClock.secondsSinceEpoch)
        } catch {
            throw providerError(error, about: message.questions.first?.name ?? .root, isWrite: isWrite)
        }
        return reply.message
    }

    private func providerError(_ error: ExchangeError, isWrite: Bool) -> ProviderError {
        switch error {
        case .unresolvable, .refused, .unreachable, .tlsFailed:
            ProviderError(.temporary, "\(server): \(error)")
        case .timedOut, .malformed, .cancelled:
            ProviderError(isWrite ? .uncertain : .temporary, "\(server): \(error)")
        }
    }

    private func providerError(_ failure: TSIGFailure, about name: RecordName, isWrite: Bool) -> ProviderError {
        let key = "the key \"\(key.name)\" with \(key.algorithm.rawValue)"
        return switch failure {
        case .unknownKey:
            ProviderError(
                .refused,
                "\(server) does not know \(key), or does not allow it here (BADKEY); check the key's name and algorithm, "
                    + "and what the server allows it")
        case .badSignature:
            ProviderError(
                .refused,
                "\(server) does not accept the signature by \(key) (BADSIG); the secret is not the server's, check it")
        case .badTruncation:
            ProviderError(
                .refused,
                "\(server) wants a longer signature than \(key) gives (BADTRUNC); name the algorithm as the server's "
                    + "configuration does, without a number of bits if there is none")
        case .clocksDiffer(let seconds):
            clocksDiffer(by: Int64(seconds), key)
        case .unsigned(.refused):
            ProviderError(
                .refused,
                "\(server) refuses requests for \(name) signed by \(key) (REFUSED): it does not serve the name's zone, or "
                    + "does not allow that")
        case .unsigned(let code):
            ProviderError(
                isWrite ? .uncertain : .temporary,
                "\(server) answers \(code) without a signature; expected one by \(key)")
        case .otherKey, .forged, .malformed:
            ProviderError(
                isWrite ? .uncertain : .temporary,
                "the answer from \(server) does not have a valid signature by \(key) and is not believed")
        case .other(let code):
            ProviderError(.refused, "\(server) answers \(code) to a request signed by \(key)")
        }
    }

    private func clocksDiffer(by seconds: Int64, _ key: String) -> ProviderError {
        var error = ProviderError(
            .refused,
            "the clock here is \(abs(seconds)) s \(seconds > 0 ? "ahead of" : "behind") the clock of \(server), so "
                + "that signatures by \(key) are not valid (BADTIME, at most \(TSIGSigner.fudge) s); set the clocks")
        error.clockDifference = seconds
        return error
    }
}
