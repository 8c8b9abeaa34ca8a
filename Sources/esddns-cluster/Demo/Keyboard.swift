import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Single keys from the terminal, without waiting for the end of a line; whole input where it is no terminal.
final class Keyboard: Sendable {
    private let saved: Mutex<termios?>

    /// Switches the terminal to single keys; ``restore()`` switches it back.
    init() {
        var settings = termios()
        guard isatty(0) == 1, tcgetattr(0, &settings) == 0 else {
            saved = Mutex(nil)
            return
        }
        saved = Mutex(settings)
        settings.c_lflag &= ~tcflag_t(ICANON | ECHO)
        tcsetattr(0, TCSANOW, &settings)
    }

    /// Idempotent.
    func restore() {
        guard var settings = saved.withLock({ $0.take() }) else { return }
        tcsetattr(0, TCSANOW, &settings)
    }

    /// Keys as they are pressed; ends at the end of the input, and when the task that iterates is cancelled.
    var keys: AsyncStream<Character> {
        AsyncStream { continuation in
            // Reading blocks, so it has a thread of its own; it ends with the process at the latest.
            DispatchQueue(label: "keyboard").async {
                var byte: UInt8 = 0
                while readByte(into: &byte) {
                    if case .terminated = continuation.yield(Character(UnicodeScalar(byte))) { return }
                }
                continuation.finish()
            }
        }
    }
}

/// One byte of standard input; `false` at its end.
private func readByte(into byte: inout UInt8) -> Bool { read(0, &byte, 1) == 1 }
