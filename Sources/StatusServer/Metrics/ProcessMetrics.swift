#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// What the operating system says about this process, under the names that every Prometheus client uses.
///
/// Read from `/proc` at each exposition. What cannot be read is left out, as on systems without `/proc`.
struct ProcessMetrics: Sendable {
    static let names: Set<String> = [
        "process_cpu_seconds", "process_max_fds", "process_open_fds", "process_resident_memory_bytes",
        "process_start_time_seconds", "process_virtual_memory_bytes",
    ]

    /// Where the process file system is mounted.
    var root = "/proc"
    var ticksPerSecond = Double(max(sysconf(Int32(_SC_CLK_TCK)), 1))
    var pageSize = Double(max(sysconf(Int32(_SC_PAGESIZE)), 1))

    func snapshots() -> [MetricSnapshot] {
        var snapshots: [MetricSnapshot] = []
        func add(_ name: String, _ kind: MetricKind, _ value: Double?, _ help: String) {
            guard let value else { return }
            let sample = MetricSnapshot.Sample(labels: LabelSet([]), value: .number(value))
            snapshots.append(MetricSnapshot(name: name, kind: kind, help: help, samples: [sample]))
        }
        if let stat = Self.text(ofFile: root + "/self/stat").flatMap(Stat.init) {
            add(
                "process_cpu_seconds", .counter, (stat.userTicks + stat.systemTicks) / ticksPerSecond,
                "User and system CPU time spent, in seconds."
            )
            add(
                "process_resident_memory_bytes", .gauge, stat.residentPages * pageSize,
                "Memory in physical pages, in bytes."
            )
            add("process_virtual_memory_bytes", .gauge, stat.virtualBytes, "Size of the address space, in bytes.")
            let bootTime = Self.text(ofFile: root + "/stat").flatMap(Self.bootTime)
            add(
                "process_start_time_seconds", .gauge, bootTime.map { $0 + stat.startTicks / ticksPerSecond },
                "When the process started, in seconds since 1970-01-01T00:00:00Z."
            )
        }
        add("process_open_fds", .gauge, openDescriptors(), "Open file descriptors.")
        add("process_max_fds", .gauge, Self.descriptorLimit(), "Most file descriptors that may be open.")
        return snapshots
    }

    /// The fields of `/proc/self/stat` that are used (proc_pid_stat(5)).
    struct Stat: Equatable {
        var userTicks: Double
        var systemTicks: Double
        /// Since the system started.
        var startTicks: Double
        var virtualBytes: Double
        var residentPages: Double

        init?(_ text: String) {
            // The second field is the program's name in brackets, which may itself contain brackets and spaces.
            guard let end = text.lastIndex(of: ")") else { return nil }
            let fields = text[text.index(after: end)...].split { $0 == " " || $0 == "\n" }
            // The first field after the name is number 3.
            func field(_ number: Int) -> Double? { number - 3 < fields.count ? Double(fields[number - 3]) : nil }
            guard let userTicks = field(14), let systemTicks = field(15), let startTicks = field(22),
                let virtualBytes = field(23), let residentPages = field(24)
            else { return nil }
            self.userTicks = userTicks
            self.systemTicks = systemTicks
            self.startTicks = startTicks
            self.virtualBytes = virtualBytes
            self.residentPages = residentPages
        }
    }

    /// The `btime` line of `/proc/stat`: when the system started, in seconds since the epoch.
    static func bootTime(_ text: String) -> Double? {
        text.split(separator: "\n").first { $0.hasPrefix("btime ") }.flatMap { Double($0.dropFirst(6)) }
    }

    private func openDescriptors() -> Double? {
        guard let directory = opendir(root + "/self/fd") else { return nil }
        defer { closedir(directory) }
        var count = 0
        while let entry = readdir(directory) {
            // A name that starts with a dot is the directory or its parent.
            if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
        }
        // Not counting the descriptor that reads the directory.
        return Double(max(count - 1, 0))
    }

    static func descriptorLimit() -> Double? {
        var limit = rlimit()
        #if canImport(Darwin) || canImport(Musl)
            guard getrlimit(RLIMIT_NOFILE, &limit) == 0 else { return nil }
        #else
            guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        #endif
        return limit.rlim_cur >= UInt64(Int64.max) ? .infinity : Double(limit.rlim_cur)
    }

    /// Reads a file whose size is not known beforehand, at most 1 MiB of it.
    private static func text(ofFile path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while bytes.count < 1_048_576 {
            let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
