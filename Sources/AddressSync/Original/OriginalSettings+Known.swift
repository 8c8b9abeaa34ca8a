extension OriginalSettings {
    /// The keys of each section, except for the texts of messages.
    static let known: [String: Set<String>] = [
        "gandi": [
            "api_key", "api_url_base", "api_url_domains", "api_url_domains_ns", "api_url_domains_records",
            "api_url_domains_records_create", "record_name_root", "record_ttl", "record_type_a", "record_type_cname",
            "target_domain_fqdn",
        ],
        "WANIPState": ["ip_check_services", "retry_attempts", "retry_cooldown_seconds"],
        "STUNConfig": [
            "udp_host_list_url", "tcp_host_list_url", "bind_request", "magic_cookie", "xor_mapped_address", "udp_limit",
            "tcp_limit", "retry_attempts", "retry_cooldown_seconds",
        ],
        "ESDDNS": ["daemon_thread_interval", "service_host", "service_port"],
        "log": ["log_file", "log_to_console"],
    ]

    /// What became of settings that this program has no need of.
    static let withoutCounterpart: [String: String] = [
        "record_type_cname": "it was never used",
        "tcp_host_list_url": "servers for STUN over TCP come from the built-in list, or from lines that end in /tcp",
        "udp_limit": "as many servers are asked as a quorum needs",
        "tcp_limit": "as many servers are asked as a quorum needs",
        "retry_attempts": "rounds without a quorum are repeated by themselves",
        "retry_cooldown_seconds": "rounds without a quorum are repeated by themselves",
        "log_file": "the log goes to standard error, from where it can be sent to a file",
        "log_to_console": "the log goes to standard error; ESDDNS_LOG_LEVEL says how much of it",
    ]
}
