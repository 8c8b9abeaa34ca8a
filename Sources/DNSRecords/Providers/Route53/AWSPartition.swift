/// A part of AWS with accounts and endpoints of its own.
struct AWSPartition: Hashable, Sendable {
    /// Where Route 53 is, which has one endpoint for all regions of a partition.
    var route53URL: String
    /// The region that requests to Route 53 are signed for.
    var signingRegion: String
    private var dnsSuffix: String

    /// - Parameter region: `nil`: the partition that most people mean.
    init(region: String?) {
        let region = region ?? ""
        if region.hasPrefix("cn-") {
            self.init("https://route53.amazonaws.com.cn", "cn-northwest-1", "amazonaws.com.cn")
        } else if region.hasPrefix("us-gov-") {
            self.init("https://route53.us-gov.amazonaws.com", "us-gov-west-1", "amazonaws.com")
        } else if region.hasPrefix("eusc-") {
            self.init("https://route53.amazonaws.eu", "eusc-de-east-1", "amazonaws.eu")
        } else {
            self.init("https://route53.amazonaws.com", "us-east-1", "amazonaws.com")
        }
    }

    private init(_ route53URL: String, _ signingRegion: String, _ dnsSuffix: String) {
        self.route53URL = route53URL
        self.signingRegion = signingRegion
        self.dnsSuffix = dnsSuffix
    }

    /// Where the Security Token Service of a region is; the global one where there is no region.
    func stsURL(region: String?) -> String {
        region.map { "https://sts.\($0).\(dnsSuffix)" } ?? "https://sts.\(dnsSuffix)"
    }
}
