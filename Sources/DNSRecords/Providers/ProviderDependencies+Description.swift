/// Descriptions and dumps show nothing of the environment: some of its values are secrets.
extension ProviderDependencies: CustomStringConvertible, CustomReflectable {
    public var description: String { "ProviderDependencies" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
