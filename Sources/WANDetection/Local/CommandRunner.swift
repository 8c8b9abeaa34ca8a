import NIOPosix
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Runs a program and takes what it prints: without a shell, without this process's environment, with bounds on time and
/// output.
///
/// The program is the leader of a process group of its own. Whatever is left of the group at the end is killed.
struct CommandRunner: Sendable {
    var timeout: Duration = .seconds(8)
    /// More is a failure.
    var maximumOutput = 4096

    /// All that the program finds in its environment.
    private static let environment = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"]
    /// How soon a cancellation, or the end of a program that has closed its output, is noticed.
    private static let tick: Int32 = 20

    /// What the program prints to standard output.
    ///
    /// - Parameter words: the program's path and its arguments.
    /// - Throws: where it cannot be run, prints too much, takes too long, or ends with another code than zero.
    func output(of words: [String]) async throws(SourceError) -> [UInt8] {
        let isCancelled = Flag()
        let result: Result<[UInt8], SourceError>
        do {
            result = try await withTaskCancellationHandler {
                try await NIOThreadPool.singleton.runIfActive { run(words, isCancelled: isCancelled) }
            } onCancel: {
                isCancelled.value.store(true, ordering: .relaxed)
            }
        } catch {
            throw SourceError(.cancelled, "cancelled")
        }
        return try result.get()
    }

    private final class Flag: Sendable {
        let value = Atomic(false)
    }

    private func run(_ words: [String], isCancelled: Flag) -> Result<[UInt8], SourceError> {
        guard let program = words.first else { return .failure(SourceError(.failed, "there is no command")) }
        let start = ContinuousClock.now
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return .failure(Self.failure("no pipe for \(program)", errno)) }
        ends.forEach { _ = fcntl($0, F_SETFD, FD_CLOEXEC) }
        let process = Self.spawn(program, words, output: ends[1])
        close(ends[1])
        defer { close(ends[0]) }
        let identifier: pid_t
        switch process {
        case .success(let started): identifier = started
        case .failure(let error): return .failure(error)
        }
        let output = collect(from: ends[0], of: program, since: start, isCancelled: isCancelled)
        let ending = end(identifier, since: start, isCancelled: isCancelled, wait: (try? output.get()) != nil)
        return output.flatMap { bytes in
            switch ending {
            case .exited(0): .success(bytes)
            case .exited(let code): .failure(SourceError(.rejected, "\(program) ended with code \(code)"))
            case .signalled(let signal): .failure(SourceError(.rejected, "\(program) was ended by signal \(signal)"))
            case .cancelled: .failure(SourceError(.cancelled, "cancelled"))
            case .timedOut: .failure(SourceError(.timedOut, "\(program) did not end within \(timeout)"))
            }
        }
    }

    private enum Ending {
        case exited(Int32)
        case signalled(Int32)
        case cancelled
        case timedOut
    }

    /// Everything until the program, and whoever it gave its output to, has closed it.
    private func collect(
        from descriptor: Int32, of program: String, since start: ContinuousClock.Instant, isCancelled: Flag
    ) -> Result<[UInt8], SourceError> {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            if isCancelled.value.load(ordering: .relaxed) { return .failure(SourceError(.cancelled, "cancelled")) }
            guard start.duration(to: .now) < timeout else {
                return .failure(SourceError(.timedOut, "\(program) did not end within \(timeout)"))
            }
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&entry, 1, Self.tick) > 0 else { continue }
            let count = read(descriptor, &buffer, buffer.count)
            if count == 0 { return .success(bytes) }
            guard count > 0 else { continue }
            bytes += buffer[..<count]
            guard bytes.count <= maximumOutput else {
                return .failure(
                    SourceError(.invalidAnswer, "\(program) printed more than \(maximumOutput) bytes"))
            }
        }
    }

    /// Waits for the program where there is reason to, and kills what is left of its group.
    private func end(
        _ identifier: pid_t, since start: ContinuousClock.Instant, isCancelled: Flag, wait: Bool
    ) -> Ending {
        var hasEnded = false
        while wait, !hasEnded, !isCancelled.value.load(ordering: .relaxed), start.duration(to: .now) < timeout {
            // Looks without reaping: until then the identifier, and that of the group, are nobody else's.
            var info = siginfo_t()
            hasEnded = waitid(P_PID, id_t(identifier), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_signo != 0
            if !hasEnded { usleep(1000) }
        }
        kill(-identifier, SIGKILL)
        var status: Int32 = 0
        while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
        guard hasEnded else { return isCancelled.value.load(ordering: .relaxed) ? .cancelled : .timedOut }
        // WTERMSIG and WEXITSTATUS, which are macros.
        return status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .signalled(status & 0x7F)
    }

    private static func spawn(_ program: String, _ words: [String], output: Int32) -> Result<pid_t, SourceError> {
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
        #else
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = Int32(POSIX_SPAWN_SETPGROUP) | Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)
        posix_spawnattr_setflags(&attributes, Int16(flags))
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        arguments.append(nil)
        defer { arguments.forEach { free($0) } }
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) }
        variables.append(nil)
        defer { variables.forEach { free($0) } }
        var identifier: pid_t = 0
        let status = posix_spawn(&identifier, program, &actions, &attributes, arguments, variables)
        guard status == 0 else { return .failure(failure("cannot run \(program)", status)) }
        return .success(identifier)
    }

    private static func failure(_ what: String, _ number: Int32) -> SourceError {
        SourceError(.failed, "\(what): \(String(cString: strerror(number)))")
    }
}
