public import NetworkPrimitives

/// Asks what is on this machine for its address.
public struct LocalAddressClient: Sendable {
    private let allowNonGlobal: Bool
    private let command: CommandRunner

    /// - Parameters:
    ///   - allowNonGlobal: lets interfaces with private and loopback addresses count. For tests.
    ///   - commandTimeout: after it a command is killed.
    public init(allowNonGlobal: Bool = false, commandTimeout: Duration = .seconds(8)) {
        self.allowNonGlobal = allowNonGlobal
        command = CommandRunner(timeout: commandTimeout)
    }

    /// The address that `source` tells: exactly one of `family`.
    ///
    /// - Throws: ``SourceError``; ``SourceError/Code/cancelled`` soon after the task is cancelled.
    public func address(
        from source: LocalSource, family: IPAddress.Family
    ) async throws(SourceError) -> IPAddress {
        let body = AddressBody(format: .plain)
        switch source {
        case .interface(let name):
            let choice = InterfaceChoice(name: name, family: family, allowNonGlobal: allowNonGlobal)
            return try choice.choose(
                from: try InterfaceTable.read(), defaultRoute: InterfaceTable.defaultRoute(family: family))
        case .command(let words):
            return try body.address(in: try await command.output(of: words), family: family)
        case .file(let path):
            return try body.address(in: try SmallFile.read(path), family: family)
        case .given(let name):
            throw SourceError(.failed, "nobody here knows the address of \(name)")
        }
    }
}
