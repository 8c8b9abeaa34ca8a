import Dispatch
import NIOCore
import SystemShims

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension ProcessEntry {
    /// Runs `body`, and ends the process with 0 after it: what `main` of an executable consists of.
    ///
    /// Before there is a second thread it sees to it that the process stays small: one heap, and one event loop of SwiftNIO in
    /// the place of one for each processor. What these programs do at once is little.
    public static func runMain(_ body: @escaping @Sendable () async -> Void) -> Never {
        system_shims_share_heap()
        NIOSingletons.groupLoopCountSuggestion = 1
        // At the priority of everything else; the first thread's own is higher, and has threads of its own.
        Task(priority: .medium) {
            await body()
            exit(0)
        }
        dispatchMain()
    }

    /// Gives back to the system what was only needed for starting, once everything has been used for the first time.
    ///
    /// Starting looks at the conformances of all types of the executable and at the tables of some thirty libraries. Half of the
    /// pages that are resident then are not touched again.
    static func releaseMemoryOnceSettled() async {
        do { try await Task.sleep(for: .seconds(15)) } catch { return }
        system_shims_release_memory()
    }
}
