/// The rules for names of objects, keys and labels, with the server's messages.
enum NameValidation {
    static let subdomainMessage =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start "
        + "and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
        + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"

    static let labelMessage =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end "
        + "with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
        + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"

    static let configKeyMessage =
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME', "
        + " or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"

    static let labelValueMessage =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start "
        + "and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for "
        + "validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"

    static let qualifiedNameMessage =
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
        + "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
        + "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"

    /// Problems with a DNS subdomain (RFC 1123): the form of nearly all objects' names.
    static func subdomain(_ name: String) -> [String] {
        var problems: [String] = []
        if name.utf8.count > 253 { problems.append("must be no more than 253 bytes") }
        let labels = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        if !labels.allSatisfy(isLabel) { problems.append(subdomainMessage) }
        return problems
    }

    /// Problems with a DNS label (RFC 1123): the form of namespaces' names.
    static func label(_ name: String) -> [String] {
        var problems: [String] = []
        if name.utf8.count > 63 { problems.append("must be no more than 63 bytes") }
        if !isLabel(name.utf8[...]) { problems.append(labelMessage) }
        return problems
    }

    /// Problems with the value of a label.
    static func labelValue(_ value: String) -> [String] {
        var problems: [String] = []
        if value.utf8.count > 63 { problems.append("must be no more than 63 bytes") }
        let isPlain = { (byte: UInt8) in isAlphanumeric(byte) || "-_.".utf8.contains(byte) }
        let hasEnds = [value.utf8.first, value.utf8.last].allSatisfy { $0.map(isAlphanumeric) ?? true }
        if !value.utf8.allSatisfy(isPlain) || !hasEnds { problems.append(labelValueMessage) }
        return problems
    }

    static func configKey(_ key: String) -> [String] {
        var problems: [String] = []
        if key.utf8.count > 253 { problems.append("must be no more than 253 bytes") }
        let isPlain = { (byte: UInt8) in isAlphanumeric(byte) || "-_.".utf8.contains(byte) }
        if key.isEmpty || !key.utf8.allSatisfy(isPlain) { problems.append(configKeyMessage) }
        if key == "." {
            problems.append("must not be '.'")
        } else if key == ".." {
            problems.append("must not be '..'")
        } else if key.hasPrefix("..") {
            problems.append("must not start with '..'")
        }
        return problems
    }

    /// Problems with a qualified name: an optional subdomain, a slash, and a name part.
    static func qualifiedName(_ name: String) -> [String] {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let last = parts.last else {
            return [
                "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end "
                    + "with an alphanumeric character with an optional DNS subdomain prefix and '/' (e.g. "
                    + "'example.com/MyName')"
            ]
        }
        var problems: [String] = []
        if parts.count == 2 {
            if parts[0].isEmpty { problems.append("prefix part must be non-empty") }
            problems += subdomain(String(parts[0])).map { "prefix part \($0)" }
        }
        if last.isEmpty { problems.append("name part must be non-empty") }
        if last.utf8.count > 63 { problems.append("name part must be no more than 63 bytes") }
        let isPlain = { (byte: UInt8) in isAlphanumeric(byte) || "-_.".utf8.contains(byte) }
        if !last.utf8.allSatisfy(isPlain) || !(last.utf8.first.map(isAlphanumeric) ?? false)
            || !(last.utf8.last.map(isAlphanumeric) ?? false)
        {
            problems.append(qualifiedNameMessage)
        }
        return problems
    }

    /// The same problems for a prefix to which the server will append: a trailing dash is no problem.
    static func prefix(_ name: String, _ rule: (String) -> [String]) -> [String] {
        rule(name.count > 1 && name.hasSuffix("-") ? name.dropLast() + "a" : name)
    }

    private static func isLabel(_ label: some Collection<UInt8>) -> Bool {
        let isPlain = { (byte: UInt8) in isLowerAlphanumeric(byte) || byte == UInt8(ascii: "-") }
        guard let first = label.first, isLowerAlphanumeric(first), label.allSatisfy(isPlain) else { return false }
        return Array(label).last.map(isLowerAlphanumeric) ?? false
    }

    private static func isLowerAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isLowerAlphanumeric(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }
}
