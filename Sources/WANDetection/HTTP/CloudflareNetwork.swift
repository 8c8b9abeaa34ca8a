import NetworkPrimitives

/// The networks that Cloudflare publishes as its own (https://www.cloudflare.com/ips/), with the whole of the
/// allocation 104.16.0.0/12, from whose unpublished part its WARP tunnels come out.
///
/// Its trace document shows one of these where the question went through one of its tunnels.
enum CloudflareNetwork {
    private static let blocks: [AddressBlock] = [
        "103.21.244.0/22", "103.22.200.0/22", "103.31.4.0/22", "104.16.0.0/12", "108.162.192.0/18", "131.0.72.0/22",
        "141.101.64.0/18", "162.158.0.0/15", "172.64.0.0/13", "173.245.48.0/20", "188.114.96.0/20",
        "190.93.240.0/20", "197.234.240.0/22", "198.41.128.0/17",
        "2400:cb00::/32", "2405:8100::/32", "2405:b500::/32", "2606:4700::/32", "2803:f800::/32", "2a06:98c0::/29",
        "2c0f:f248::/32",
    ].compactMap { AddressBlock($0) }

    static func contains(_ address: IPAddress) -> Bool { blocks.contains { $0.contains(address) } }
}
