/// The body of `/raw`: the document that the Python program of the same name served there, for scripts that read it.
///
/// ```json
/// {"poll_date": "2026-11-22 19:12:35",
///  "record_state": {"in_sync": true, "record_data": {"rrset_name": "home.example.com", "rrset_type": "A", …}},
///  "wan_ip_state": {"IP": "198.51.100.7", "usable": true}}
/// ```
/// The document has room for one record: the first that is not in step, otherwise the first. Its date is UTC.
struct RawReport: Encodable {
    var report: StatusReport

    private enum Key: String, CodingKey {
        case poll_date, record_state, wan_ip_state
        case in_sync, record_data, IP, usable
        case rrset_name, rrset_type, rrset_ttl, rrset_values
    }

    func encode(to encoder: any Encoder) throws {
        var root = encoder.container(keyedBy: Key.self)

        var wan = root.nestedContainer(keyedBy: Key.self, forKey: .wan_ip_state)
        try wan.encode(report.address != nil && report.condition == .confirmed, forKey: .usable)
        if let address = report.address {
            try wan.encode(address, forKey: .IP)
        } else {
            // An empty object is how the original said "none".
            _ = wan.nestedContainer(keyedBy: Key.self, forKey: .IP)
        }

        let record = report.records.first { $0.phase != .synced } ?? report.records.first
        var state = root.nestedContainer(keyedBy: Key.self, forKey: .record_state)
        try state.encode(record?.phase == .synced, forKey: .in_sync)
        var data = state.nestedContainer(keyedBy: Key.self, forKey: .record_data)
        if let record {
            try data.encode(record.name, forKey: .rrset_name)
            try data.encode(record.type, forKey: .rrset_type)
            try data.encodeIfPresent(record.ttl, forKey: .rrset_ttl)
            try data.encode([record.observed].compactMap { $0 }, forKey: .rrset_values)
        }

        var date = (report.confirmedAt ?? report.time).rfc3339()
        date.removeLast()
        try root.encode(String(date.map { $0 == "T" ? " " : $0 }), forKey: .poll_date)
    }
}
