/// Appends the fields of a DNS message, numbers in network order and names without compression.
package struct DNSWriter {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func write(_ number: UInt8) { bytes.append(number) }

    package mutating func write(_ number: UInt16) {
        bytes.append(UInt8(truncatingIfNeeded: number >> 8))
        bytes.append(UInt8(truncatingIfNeeded: number))
    }

    package mutating func write(_ number: UInt32) {
        write(UInt16(truncatingIfNeeded: number >> 16))
        write(UInt16(truncatingIfNeeded: number))
    }

    package mutating func write(_ name: DomainName) { bytes += name.wireBytes }

    package mutating func write(_ more: some Sequence<UInt8>) { bytes += more }

    package mutating func write(_ question: DNSQuestion) {
        write(question.name)
        write(question.type.rawValue)
        write(question.recordClass.rawValue)
    }

    package mutating func write(_ record: DNSRecord) throws(DNSEncodingError) {
        guard let length = UInt16(exactly: record.data.count) else { throw .tooLong }
        write(record.name)
        write(record.type.rawValue)
        write(record.recordClass.rawValue)
        write(record.ttl)
        write(length)
        write(record.data)
    }
}
