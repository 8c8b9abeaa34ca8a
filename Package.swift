// swift-tools-version: 6.2

import PackageDescription

/// Set by scripts/fuzz.sh, which has a build of its own: this package's code, and only that, is then optimised and tells the
/// fuzzer which of its branches were taken. The usual build knows nothing of it.
let fuzzing = Context.environment["ESDDNS_FUZZING"] != nil

/// One set of compiler settings for every target: Swift 6 mode, and the upcoming features that keep imports honest.
let strict: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .treatAllWarnings(as: .error),
    ] + (fuzzing ? [.unsafeFlags(["-O", "-Xfrontend", "-sanitize=fuzzer"])] : [])

extension Target.Dependency {
    static let argumentParser = product(name: "ArgumentParser", package: "swift-argument-parser")
    static let configuration = product(name: "Configuration", package: "swift-configuration")
    static let crypto = product(name: "Crypto", package: "swift-crypto")
    static let cryptoExtras = product(name: "CryptoExtras", package: "swift-crypto")
    static let httpTypes = product(name: "HTTPTypes", package: "swift-http-types")
    static let hummingbirdCore = product(name: "HummingbirdCore", package: "hummingbird")
    static let logging = product(name: "Logging", package: "swift-log")
    static let metrics = product(name: "Metrics", package: "swift-metrics")
    static let metricsTestKit = product(name: "MetricsTestKit", package: "swift-metrics")
    static let nioCore = product(name: "NIOCore", package: "swift-nio")
    static let nioEmbedded = product(name: "NIOEmbedded", package: "swift-nio")
    static let nioHTTP1 = product(name: "NIOHTTP1", package: "swift-nio")
    static let nioPosix = product(name: "NIOPosix", package: "swift-nio")
    static let nioSSL = product(name: "NIOSSL", package: "swift-nio-ssl")
    static let serviceLifecycle = product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let subprocess = product(name: "Subprocess", package: "swift-subprocess")
    static let systemPackage = product(name: "SystemPackage", package: "swift-system")
    static let unixSignals = product(name: "UnixSignals", package: "swift-service-lifecycle")
    static let x509 = product(name: "X509", package: "swift-certificates")
    static let yams = product(name: "Yams", package: "Yams")
}

let package = Package(
    name: "esddns",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "OperatorCore", targets: ["OperatorCore"]),
        .library(name: "WANDetection", targets: ["WANDetection"]),
        .library(name: "DNSRecords", targets: ["DNSRecords"]),
        .executable(name: "esddns-leader", targets: ["esddns-leader"]),
        .executable(name: "esddns-updater", targets: ["esddns-updater"]),
        .executable(name: "esddns", targets: ["esddns"]),
        .executable(name: "esddns-cluster", targets: ["esddns-cluster"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Executables: argument parsing, composition of services, exit codes.
        // These never run without libcurl, so they name it, for whoever collects the libraries that they need.
        .executableTarget(
            name: "esddns-leader",
            dependencies: ["OperatorProgram"],
            swiftSettings: strict,
            linkerSettings: [.linkedLibrary("curl")]
        ),
        .executableTarget(
            name: "esddns-updater",
            dependencies: ["OperatorProgram"],
            swiftSettings: strict,
            linkerSettings: [.linkedLibrary("curl")]
        ),
        .executableTarget(
            name: "esddns",
            dependencies: ["AddressSync", "CommandSuite", "NetworkPrimitives", .argumentParser],
            swiftSettings: strict
        ),
        // What needs the simulator, YAML and the whole of Foundation, so that `esddns` starts without them.
        .executableTarget(
            name: "esddns-cluster",
            dependencies: [
                "AddressSync", "ClusterSimulator", "CommandSuite", "KubernetesConfiguration", "NetworkPrimitives",
                "OperatorCore", "StatusServer",
                .argumentParser, .logging, .metrics, .unixSignals,
            ],
            swiftSettings: strict
        ),
        // What both have: arguments, terminals, and how one becomes the other.
        .target(
            name: "CommandSuite",
            dependencies: ["AddressSync", "NetworkPrimitives", "OperatorCore", "WANDetection", .argumentParser],
            swiftSettings: strict
        ),
        // Leader and updater, so that one file can be both.
        .target(name: "OperatorProgram", dependencies: ["AddressSync", .argumentParser], swiftSettings: strict),

        // The application.
        .target(
            name: "AddressSync",
            dependencies: [
                "DNSRecords", "NetworkPrimitives", "OperatorCore", "StatusServer", "SystemShims", "WANDetection",
                .configuration, .httpTypes, .logging, .metrics, .nioCore, .serviceLifecycle, .unixSignals,
            ],
            swiftSettings: strict
        ),

        // Its parts. Arrows of dependency only ever point down this list.
        .target(
            name: "StatusServer",
            dependencies: [
                .httpTypes, .hummingbirdCore, .logging, .metrics, .nioCore, .nioPosix, .serviceLifecycle,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "DNSRecords",
            dependencies: ["CurlHTTP", "NetworkPrimitives", .crypto, .cryptoExtras, .httpTypes, .logging, .metrics],
            swiftSettings: strict
        ),
        .target(
            name: "WANDetection",
            dependencies: [
                "CurlHTTP", "NetworkPrimitives", .httpTypes, .logging, .metrics, .nioCore, .nioPosix,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "OperatorCore",
            dependencies: ["CurlHTTP", "SystemThreads", .httpTypes, .logging, .metrics],
            swiftSettings: strict
        ),
        .target(
            name: "NetworkPrimitives",
            dependencies: ["SystemShims", "SystemThreads", .nioCore, .nioPosix, .nioSSL],
            swiftSettings: strict
        ),
        .target(
            name: "CurlHTTP",
            dependencies: ["CurlShims", "SystemThreads", .httpTypes],
            swiftSettings: strict
        ),
        .target(name: "SystemThreads", swiftSettings: strict),
        // What the C library has and its Swift module has not.
        .target(name: "SystemShims"),
        // Loads libcurl when it is first needed.
        .target(name: "CurlShims", dependencies: ["CLibcurl"], linkerSettings: [.linkedLibrary("dl")]),
        // Headers only; with the flags of pkg-config every executable would be linked to it.
        .systemLibrary(name: "CLibcurl", providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]),

        // Not part of the image: how a person's command line reaches a cluster.
        .target(
            name: "KubernetesConfiguration",
            dependencies: ["CurlHTTP", "OperatorCore", .httpTypes, .subprocess, .systemPackage, .yams],
            swiftSettings: strict
        ),

        // Not part of the image: what tests and `esddns demo` run against.
        .target(
            name: "ClusterSimulator",
            dependencies: [
                "NetworkPrimitives", .crypto, .logging, .nioCore, .nioHTTP1, .nioPosix, .nioSSL, .x509,
            ],
            swiftSettings: strict
        ),

        // Virtual time and seeded chance, for all tests.
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),

        // Not part of the image either: `make bench`.
        .executableTarget(
            name: "esddns-bench",
            dependencies: [
                "AllocationCounter", "ClusterSimulator", "ControlPlaneKit", "CurlHTTP", "ElectorTrials",
                "KubernetesConfiguration", "NetworkPrimitives", "OperatorCore", "StatusServer", "UpdaterTrials",
                "WANDetection",
                .argumentParser,
                .httpTypes,
                .logging,
                .metrics,
            ],
            path: "bench/esddns-bench",
            swiftSettings: strict
        ),
        // Replaces malloc, so for benchmarks only.
        .target(name: "AllocationCounter", path: "bench/AllocationCounter"),
        // Electors as processes, ours and others', for benchmarks and tests.
        .target(name: "ElectorTrials", path: "bench/ElectorTrials", swiftSettings: strict),
        // Updaters of one record as processes, for benchmarks and tests.
        .target(
            name: "UpdaterTrials",
            dependencies: ["ClusterSimulator", "ControlPlaneKit", "NetworkPrimitives", "OperatorCore"],
            path: "bench/UpdaterTrials",
            swiftSettings: strict
        ),

        // Starts etcd and kube-apiserver for tests and benchmarks, where they are installed.
        .target(
            name: "ControlPlaneKit",
            dependencies: ["ClusterSimulator", "CurlHTTP", .httpTypes, .subprocess, .systemPackage],
            path: "Tests/ControlPlaneKit",
            swiftSettings: strict
        ),

        // Tests mirror the sources.
        .testTarget(
            name: "AddressSyncTests",
            dependencies: [
                "AddressSync", "ClusterSimulator", "CurlHTTP", "DNSRecords", "NetworkPrimitives", "OperatorCore",
                "StatusServer", "WANDetection", "TestSupport", .httpTypes, .logging, .metrics,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ClusterSimulatorTests",
            dependencies: [
                "ClusterSimulator", "CurlHTTP", "NetworkPrimitives", "TestSupport", .httpTypes, .nioCore, .nioPosix,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CommandSuiteTests", dependencies: ["AddressSync", "CommandSuite", "esddns", .argumentParser],
            swiftSettings: strict),
        // Against a real API server where there is one, else against the simulator.
        .testTarget(
            name: "ContractTests",
            dependencies: [
                "ClusterSimulator", "ControlPlaneKit", "CurlHTTP", "KubernetesConfiguration", "OperatorCore",
                .httpTypes,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CurlHTTPTests",
            dependencies: [
                "CurlHTTP", "TestSupport", .crypto, .httpTypes, .nioCore, .nioHTTP1, .nioPosix, .nioSSL, .x509,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "DNSRecordsTests",
            dependencies: [
                "DNSRecords", "NetworkPrimitives", "CurlHTTP", "TestSupport", .crypto, .cryptoExtras, .httpTypes,
                .nioCore, .nioPosix,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "KubernetesConfigurationTests",
            dependencies: ["KubernetesConfiguration", "ClusterSimulator", "CurlHTTP", "OperatorCore", .httpTypes],
            swiftSettings: strict
        ),
        .testTarget(
            name: "NetworkPrimitivesTests",
            dependencies: ["NetworkPrimitives", "SystemThreads", "TestSupport", .nioCore, .nioEmbedded, .nioPosix],
            swiftSettings: strict
        ),
        .testTarget(
            name: "OperatorCoreTests",
            dependencies: [
                "OperatorCore", "ClusterSimulator", "CurlHTTP", "TestSupport", .httpTypes, .logging, .metrics,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "StatusServerTests",
            dependencies: [
                "StatusServer", .httpTypes, .logging, .metrics, .nioCore, .nioEmbedded, .nioPosix, .serviceLifecycle,
            ],
            swiftSettings: strict
        ),
        .testTarget(name: "OperatorProgramTests", dependencies: ["OperatorProgram"], swiftSettings: strict),
        .testTarget(name: "SystemThreadsTests", dependencies: ["SystemThreads"], swiftSettings: strict),
        .testTarget(
            name: "WANDetectionTests",
            dependencies: [
                "WANDetection", "CurlHTTP", "NetworkPrimitives", "TestSupport", .crypto, .httpTypes, .metricsTestKit,
                .nioCore, .nioPosix, .nioSSL, .x509,
            ],
            swiftSettings: strict
        ),
        // Against coturn, Knot, PowerDNS and the built executables; scripts/install-test-servers.sh installs what it needs.
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "AddressSync", "ClusterSimulator", "ControlPlaneKit", "CurlHTTP", "DNSRecords", "ElectorTrials",
                "KubernetesConfiguration", "NetworkPrimitives", "OperatorCore", "StatusServer", "TestSupport",
                "UpdaterTrials", "WANDetection", .httpTypes, .logging, .metrics,
            ],
            swiftSettings: strict
        ),
    ]
)

if fuzzing {
    package.targets += [
        .target(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
        .executableTarget(
            name: "fuzz",
            dependencies: [
                "CFuzzer", "CurlHTTP", "DNSRecords", "NetworkPrimitives", "OperatorCore", "WANDetection", .httpTypes,
            ],
            path: "Tests/Fuzz/Targets",
            swiftSettings: strict,
            // The script knows where the compiler keeps libFuzzer.
            linkerSettings: [
                .unsafeFlags(["-Xlinker", Context.environment["ESDDNS_FUZZING"] ?? ""]),
                .linkedLibrary("stdc++"),
                .linkedLibrary("m"),
            ]
        ),
    ]
}

// A build with a sanitizer takes long, and scripts/tsan.sh wants only some of the tests.
if let names = Context.environment["ESDDNS_ONLY_TESTS"]?.split(separator: ",").map(String.init) {
    package.targets.removeAll { $0.type == .test && !names.contains($0.name) }
}
