import WANDetection

/// One setting that users can make, declared once: read, checked, documented and suggested from here.
public struct SettingDeclaration: Hashable, Sendable {
    /// As in the environment, without the prefix `ESDDNS_`.
    public let name: String
    /// What holds where the setting is absent, in the setting's own notation; `nil`: nothing, or computed.
    public let defaultText: String?
    /// What a good value looks like: "a duration of 1s to 1h, such as 10s".
    public let expected: String
    /// What it does, one sentence.
    public let summary: String
    public let isSecret: Bool
    /// What of a value messages may show.
    public let presentation: Presentation

    /// What of a value may be shown to people who read the log.
    public enum Presentation: Hashable, Sendable {
        case whole
        /// Of URLs neither user nor password nor query.
        case url
        /// Of a command its program alone.
        case program
    }

    public init(
        _ name: String, default defaultText: String? = nil, expected: String, summary: String, isSecret: Bool = false,
        presentation: Presentation = .whole
    ) {
        self.name = name
        self.defaultText = defaultText
        self.expected = expected
        self.summary = summary
        self.isSecret = isSecret
        self.presentation = presentation
    }

    /// A value as messages may show it.
    func shown(_ value: String) -> String {
        guard !isSecret else { return "<redacted>" }
        switch presentation {
        case .whole: return value
        case .url: return HTTPURL.presentable(value)
        case .program:
            let program = value.prefix { !$0.isWhitespace }
            return program.count < value.count ? "\(program) …" : value
        }
    }

    /// The name in the environment.
    public var environmentName: String { Self.prefix + name }

    /// What the environment variables of this program start with.
    public static let prefix = "ESDDNS_"
}

/// Every setting that is not a DNS provider's own.
public enum SettingCatalog {
    // Where the process is and what it shows.
    static let namespace = SettingDeclaration(
        "NAMESPACE", expected: "a namespace, such as esddns-system",
        summary: "Namespace of the Lease and the ConfigMaps; otherwise POD_NAMESPACE, then the service account's.")
    static let nodeName = SettingDeclaration(
        "NODE_NAME", expected: "a name, such as node-1", summary: "Name of this node; otherwise the host name.")
    static let serviceAccountDirectory = SettingDeclaration(
        "SERVICE_ACCOUNT_DIRECTORY", default: "/var/run/secrets/kubernetes.io/serviceaccount",
        expected: "an absolute path", summary: "Directory with token, ca.crt and namespace.")
    static let listen = SettingDeclaration(
        "LISTEN", default: "0.0.0.0:8080", expected: "ADDRESS:PORT, such as 127.0.0.1:8080, or \"off\"",
        summary: "Where the status page, metrics and health are served.")
    static let logFormat = SettingDeclaration(
        "LOG_FORMAT", default: "text", expected: "text or json", summary: "Form of the log lines on standard error.")
    static let logLevel = SettingDeclaration(
        "LOG_LEVEL", default: "info", expected: "trace, debug, info, notice, warning or error",
        summary: "Least important lines that are logged.")

    static let secretsDirectory = SettingDeclaration(
        "SECRETS_DIRECTORY", expected: "the absolute path of a directory",
        summary:
            "Directory of files with secrets, each with the name of its setting, such as ESDDNS_GANDI_TOKEN: a mounted Secret, or "
            + "`$CREDENTIALS_DIRECTORY` of systemd.")
    static let stateFile = SettingDeclaration(
        "STATE_FILE", expected: "an absolute path, or none",
        summary:
            "Where `esddns run` keeps what it knows over restarts; otherwise state.json in `$STATE_DIRECTORY`, which systemd "
            + "sets, or nowhere.")

    // Objects in the cluster, and the election.
    static let leaseName = SettingDeclaration(
        "LEASE_NAME", default: "esddns-leader", expected: "an object name",
        summary: "Lease by which leaders are elected.")
    static let leaseDuration = SettingDeclaration(
        "LEASE_DURATION", default: "15s", expected: "whole seconds, such as 15s",
        summary: "How long standbys leave a Lease alone after its last renewal.")
    static let renewDeadline = SettingDeclaration(
        "RENEW_DEADLINE", default: "10s", expected: "a duration, such as 10s",
        summary: "How long a leader leads after its last renewal.")
    static let retryPeriod = SettingDeclaration(
        "RETRY_PERIOD", default: "2s", expected: "a duration, such as 2s", summary: "Time between two renewals.")
    static let addressConfigMap = SettingDeclaration(
        "ADDRESS_CONFIGMAP", default: "esddns-wan-address", expected: "an object name",
        summary: "ConfigMap in which the leader publishes the address.")
    static let recordsConfigMap = SettingDeclaration(
        "RECORDS_CONFIGMAP", default: "esddns-records", expected: "an object name",
        summary: "ConfigMap in which updaters claim and report changes.")

    // Detection.
    static let addressSource = SettingDeclaration(
        "ADDRESS_SOURCE", default: "detect",
        expected: "detect, service/NAMESPACE/NAME, interface, interface/NAME, command:/PATH ARGUMENTS or file:/PATH",
        summary: "Where the address comes from: what others see of this line, a load balancer, or this machine.",
        presentation: .program)
    static let fallback = SettingDeclaration(
        "FALLBACK_SOURCE", default: "none",
        expected: "none, interface, interface/NAME, command:/PATH ARGUMENTS or file:/PATH",
        summary: "What is believed, by itself, where a round finds no source that answers.",
        presentation: .program)
    static let detection = SettingDeclaration(
        "DETECTION", default: "stun+http", expected: "stun+http, stun or http",
        summary: "Which kinds of sources are asked for the address.")
    static let stunServers = SettingDeclaration(
        "STUN_SERVERS",
        expected: "a comma-separated list of [OPERATOR=]HOST:PORT, each with /tcp or /tls behind it if it is not UDP",
        summary: "STUN servers instead of the built-in list.")
    static let httpSources = SettingDeclaration(
        "HTTP_SOURCES", expected: "a comma-separated list of [OPERATOR=]URL",
        summary: "Web addresses that answer with the caller's address, instead of the built-in list.",
        presentation: .url)
    static let stunLists = SettingDeclaration(
        "STUN_LISTS", expected: "a comma-separated list of https URLs",
        summary:
            "Lists of further STUN servers, one HOST:PORT a line, loaded every hour; whoever keeps one is trusted.",
        presentation: .url)
    static let dnsSources = SettingDeclaration(
        "DNS_SOURCES", expected: "a comma-separated list of [OPERATOR=]NAME/TYPE[/CLASS]@SERVER",
        summary:
            "DNS questions that are answered with the caller's address, instead of the built-in list, which is left out "
            + "where both other lists are replaced.",
        presentation: .url)
    static let families = SettingDeclaration(
        "FAMILIES", expected: "ipv4, ipv6 or ipv4,ipv6",
        summary: "Kinds of addresses to find; otherwise those that the records need, and ipv4 in a leader.")
    static let nodeAddressSource = SettingDeclaration(
        "NODE_ADDRESS_SOURCE", default: "detect",
        expected: "detect, interface, interface/NAME, command:/PATH ARGUMENTS or file:/PATH",
        summary: "Where the address of records with {node} in their names comes from, on each node.",
        presentation: .program)
    static let egress = SettingDeclaration(
        "EGRESS", default: "sticky", expected: "sticky, all or pinned:ADDRESS[/LENGTH][,ADDRESS[/LENGTH]]…",
        summary:
            "With several WAN lines: keep the published address while it is seen, publish all of them, or only these.")
    static let quorum = SettingDeclaration(
        "QUORUM", default: "2", expected: "a whole number of 1 to 10",
        summary: "Operators that have to agree on an address.")
    static let probeInterval = SettingDeclaration(
        "PROBE_INTERVAL", default: "10s", expected: "a duration of 1s to 1h, such as 10s",
        summary: "Time between two cheap looks at the address.")
    static let confirmInterval = SettingDeclaration(
        "CONFIRM_INTERVAL", default: "5m", expected: "a duration of 1s to 24h, such as 5m",
        summary: "Longest time between two full rounds with a quorum.")
    static let heartbeatInterval = SettingDeclaration(
        "HEARTBEAT_INTERVAL", default: "60s", expected: "a duration of 1s to 1h, such as 60s",
        summary: "Time between two publications while nothing changes.")
    static let allowNonGlobal = SettingDeclaration(
        "ALLOW_NON_GLOBAL", default: "false", expected: "true or false",
        summary: "For tests: accept servers and addresses that are not public, and plain HTTP sources.")

    // Records.
    static let records = SettingDeclaration(
        "RECORDS",
        expected:
            "a comma-separated list of NAME[/A|/AAAA|/A+AAAA][/TTL][/::SUFFIX][@PROVIDER[:LABEL]], such as home.example.com",
        summary:
            "DNS records that are to hold the address, of type A if nothing else is said; a name with {node} in it is each "
            + "node's own; ::SUFFIX is the lower half of an IPv6 address.")
    static let provider = SettingDeclaration(
        "PROVIDER", default: "gandi", expected: "the name of a provider, or NAME:LABEL",
        summary:
            "Who serves the records' zones, if a record does not say; settings of a labelled provider begin with "
            + "ESDDNS_LABEL_.")
    static let owner = SettingDeclaration(
        "OWNER", expected: "1 to 63 letters, digits, dots, hyphens and underscores, such as site-a",
        summary: "Marks records as this installation's in TXT records, and leaves all others alone.")
    static let takeOver = SettingDeclaration(
        "TAKE_OVER", default: "false", expected: "true or false",
        summary: "Changes and marks records that have no mark, or another installation's.")
    static let nameServers = SettingDeclaration(
        "NAME_SERVERS", expected: "a comma-separated list of HOST[:PORT]",
        summary: "Authoritative name servers to ask, instead of those that the zone names.")
    static let resolvers = SettingDeclaration(
        "RESOLVERS", expected: "a comma-separated list of HOST[:PORT]",
        summary: "Resolvers by which a zone's name servers are found, instead of /etc/resolv.conf.")
    static let staleAfter = SettingDeclaration(
        "STALE_AFTER", default: "180s", expected: "a duration of 2s to 24h, such as 180s",
        summary: "Silence of the leader after which an updater detects the address by itself.")
    static let recordCheckInterval = SettingDeclaration(
        "RECORD_CHECK_INTERVAL", default: "5m", expected: "a duration of 1s to 24h, such as 5m",
        summary: "Time between two looks at a record that is in step.")

    // Notifications.
    static let notifyURL = SettingDeclaration(
        "NOTIFY_URL", expected: "a secret: an https URL",
        summary: "Webhook that is told of changes and of what fails for long, by POST of JSON.", isSecret: true)
    static let notifyTemplate = SettingDeclaration(
        "NOTIFY_TEMPLATE", expected: "JSON with placeholders within its texts, such as {\"text\": \"{{message}}\"}",
        summary: "What is sent to the webhook; otherwise every placeholder under its own name.")
    static let notifyHeaders = SettingDeclaration(
        "NOTIFY_HEADERS", expected: "a secret: lines of NAME: VALUE",
        summary: "Header fields for the webhook, such as Authorization.", isSecret: true)
    static let notifyEvents = SettingDeclaration(
        "NOTIFY_EVENTS",
        expected:
            "a comma-separated list of address-changed, address-unconfirmed, address-confirmed, record-written, "
            + "record-failing and record-recovered",
        summary: "What the webhook is told of; otherwise all of it.")
    static let notifyAfter = SettingDeclaration(
        "NOTIFY_AFTER", default: "10m", expected: "a duration of 1s to 24h, such as 10m",
        summary: "How long an address has to be unconfirmed, or a record to fail, before that is told.")
    static let notifyAllowHTTP = SettingDeclaration(
        "NOTIFY_ALLOW_HTTP", default: "false", expected: "true or false",
        summary: "Allows plain http for the webhook and for pings, also beyond this machine.")
    static let pingURL = SettingDeclaration(
        "PING_URL", expected: "a secret: an https URL",
        summary:
            "Asked at every interval while all is well, with /fail behind it while it is not, as healthchecks.io wants it.",
        isSecret: true)
    static let pingInterval = SettingDeclaration(
        "PING_INTERVAL", default: "1m", expected: "a duration of 1s to 24h, such as 1m",
        summary: "Time between two pings.")
    static let pingMethod = SettingDeclaration(
        "PING_METHOD", default: "post", expected: "get or post", summary: "How the URL for pings is asked.")

    /// In the order of the documentation.
    public static let all: [SettingDeclaration] = [
        records, provider, owner, takeOver, nameServers, resolvers, recordCheckInterval, staleAfter,
        addressSource, nodeAddressSource, fallback, families, detection, stunServers, stunLists, httpSources,
        dnsSources, egress, quorum,
        probeInterval, confirmInterval, heartbeatInterval, allowNonGlobal,
        namespace, nodeName, leaseName, leaseDuration, renewDeadline, retryPeriod, addressConfigMap, recordsConfigMap,
        serviceAccountDirectory, secretsDirectory, stateFile, listen, logFormat, logLevel,
        notifyURL, notifyTemplate, notifyHeaders, notifyEvents, notifyAfter, notifyAllowHTTP, pingURL, pingInterval,
        pingMethod,
    ]
}
