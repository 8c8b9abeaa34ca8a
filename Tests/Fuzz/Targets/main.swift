// Runs libFuzzer on the target that the environment variable FUZZ_TARGET names, with libFuzzer's own arguments.
// "fuzz --list" prints the names. Started by scripts/fuzz.sh.

import CFuzzer

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// By the environment, because libFuzzer starts the program again with arguments of its own where it runs several.
private enum Selection {
    static let target: FuzzTarget? = getenv("FUZZ_TARGET").flatMap { name in
        let name = String(cString: name)
        return FuzzTarget.all.first { $0.name == name }
    }
}

if CommandLine.arguments.dropFirst().first == "--list" {
    for target in FuzzTarget.all { print(target.name) }
    exit(0)
}
guard Selection.target != nil else {
    let names = FuzzTarget.all.map(\.name).joined(separator: ", ")
    fuzzer_say("FUZZ_TARGET has to name one of: \(names)")
    exit(64)
}
var count = CommandLine.argc
var arguments = CommandLine.unsafeArgv
exit(
    LLVMFuzzerRunDriver(&count, &arguments) { bytes, count in
        Selection.target?.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
        return 0
    })
