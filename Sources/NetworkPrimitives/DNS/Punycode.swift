/// The encoding by which labels outside ASCII become letters, digits and hyphens (RFC 3492), without the prefix `xn--`.
package enum Punycode {
    // The parameters of RFC 3492 section 5.
    private static let base = 36
    private static let smallestThreshold = 1
    private static let largestThreshold = 26
    private static let skew = 38
    private static let damp = 700
    private static let initialBias = 72
    private static let initialPoint = 128

    /// - Returns: `nil` where the numbers would become too large, which no label of a domain name reaches.
    package static func encode(_ scalars: [Unicode.Scalar]) -> [UInt8]? {
        var output = scalars.filter(\.isASCII).map { UInt8(truncatingIfNeeded: $0.value) }
        let basic = output.count
        if basic > 0 { output.append(UInt8(ascii: "-")) }
        var point = initialPoint
        var delta = 0
        var bias = initialBias
        var handled = basic
        while handled < scalars.count {
            guard let next = scalars.lazy.map({ Int($0.value) }).filter({ $0 >= point }).min() else { return nil }
            let (step, overflow) = (next - point).multipliedReportingOverflow(by: handled + 1)
            guard !overflow, delta <= Int(Int32.max) - step else { return nil }
            delta += step
            point = next
            for scalar in scalars {
                if scalar.value < point { delta += 1 }
                guard scalar.value == point else { continue }
                appendNumber(delta, bias: bias, to: &output)
                bias = adapted(delta, count: handled + 1, isFirst: handled == basic)
                delta = 0
                handled += 1
            }
            delta += 1
            point += 1
        }
        return output
    }

    /// - Returns: `nil` for what no label is encoded as.
    package static func decode(_ bytes: some Collection<UInt8>) -> [Unicode.Scalar]? {
        let bytes = Array(bytes)
        var scalars: [Unicode.Scalar] = []
        var rest = bytes[...]
        if let delimiter = bytes.lastIndex(of: UInt8(ascii: "-")), delimiter > 0 {
            guard bytes[..<delimiter].allSatisfy({ $0 < 0x80 }) else { return nil }
            scalars = bytes[..<delimiter].map { Unicode.Scalar($0) }
            rest = bytes[(delimiter + 1)...]
        }
        var point = initialPoint
        var index = 0
        var bias = initialBias
        while !rest.isEmpty {
            guard let delta = takeNumber(bias: bias, from: &rest), delta <= Int(Int32.max) - index else { return nil }
            let (count, isFirst) = (scalars.count + 1, index == 0 && point == initialPoint)
            index += delta
            bias = adapted(delta, count: count, isFirst: isFirst)
            point += index / count
            index %= count
            guard let value = UInt32(exactly: point), let scalar = Unicode.Scalar(value) else { return nil }
            scalars.insert(scalar, at: index)
            index += 1
        }
        return scalars
    }

    private static func threshold(_ position: Int, bias: Int) -> Int {
        min(max(position - bias, smallestThreshold), largestThreshold)
    }

    /// A number in digits of varying weight, the least significant first (section 3.3).
    private static func appendNumber(_ number: Int, bias: Int, to output: inout [UInt8]) {
        var rest = number
        var position = base
        while true {
            let threshold = threshold(position, bias: bias)
            guard rest >= threshold else { break }
            output.append(digit(threshold + (rest - threshold) % (base - threshold)))
            rest = (rest - threshold) / (base - threshold)
            position += base
        }
        output.append(digit(rest))
    }

    private static func takeNumber(bias: Int, from rest: inout ArraySlice<UInt8>) -> Int? {
        var number = 0
        var weight = 1
        var position = base
        while true {
            guard let byte = rest.popFirst(), let digit = value(byte) else { return nil }
            // Both factors are far below what would overflow: the weight is checked below, a digit is less than 36.
            number += digit * weight
            guard number <= Int(Int32.max) else { return nil }
            let threshold = threshold(position, bias: bias)
            if digit < threshold { return number }
            weight *= base - threshold
            guard weight <= Int(Int32.max) else { return nil }
            position += base
        }
    }

    private static func adapted(_ delta: Int, count: Int, isFirst: Bool) -> Int {
        var delta = isFirst ? delta / damp : delta / 2
        delta += delta / count
        var steps = 0
        while delta > (base - smallestThreshold) * largestThreshold / 2 {
            delta /= base - smallestThreshold
            steps += base
        }
        return steps + (base - smallestThreshold + 1) * delta / (delta + skew)
    }

    private static func digit(_ value: Int) -> UInt8 {
        value < 26 ? UInt8(ascii: "a") + UInt8(value) : UInt8(ascii: "0") + UInt8(value - 26)
    }

    private static func value(_ byte: UInt8) -> Int? {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(byte - UInt8(ascii: "a"))
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(byte - UInt8(ascii: "A"))
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte - UInt8(ascii: "0")) + 26
        default: nil
        }
    }
}
