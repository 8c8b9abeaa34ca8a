public import NetworkPrimitives

/// One source's answer to one question.
public struct Observation: Hashable, Sendable {
    public let source: AddressSource
    /// The address that the source saw, or why there is none that counts.
    public let result: Result<IPAddress, SourceError>
    /// From asking to knowing.
    public let duration: Duration

    public init(source: AddressSource, result: Result<IPAddress, SourceError>, duration: Duration) {
        self.source = source
        self.result = result
        self.duration = duration
    }

    public var operatorName: String { source.operatorName }
    public var transport: AddressSource.Transport { source.transport }
    public var isAuthenticated: Bool { source.isAuthenticated }

    /// The address, where there is one.
    public var address: IPAddress? { try? result.get() }

    /// The same observation, refused where its address is of another family or must not be published.
    func checked(family: IPAddress.Family, allowNonGlobal: Bool) -> Observation {
        guard case .success(let address) = result else { return self }
        let error: SourceError
        if address.family != family {
            error = SourceError(.wrongFamily, "answered \(address), which is of the wrong address family")
        } else if !allowNonGlobal, let objection = SpecialPurposeRegistry.objection(to: address) {
            error = SourceError(.notPublishable, objection)
        } else {
            return self
        }
        return Observation(source: source, result: .failure(error), duration: duration)
    }
}

extension Observation: CustomStringConvertible {
    /// `stun.l.google.com:19302/udp=198.51.100.7`, or the error's code in the place of the address.
    public var description: String {
        switch result {
        case .success(let address): "\(source)=\(address)"
        case .failure(let error): "\(source)=\(error.code)"
        }
    }
}
