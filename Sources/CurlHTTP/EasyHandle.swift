import CurlShims

/// One libcurl transfer handle, with setters that do not lose errors. Belongs to the event loop's thread.
struct EasyHandle {
    let raw: UnsafeMutableRawPointer

    /// Out of memory or, in a process that runs out of it, file descriptors.
    init() throws(HTTPClientError) {
        guard let raw = curl_shims_easy_init() else {
            throw HTTPClientError(.internalError, "libcurl could not make a transfer handle")
        }
        self.raw = raw
    }

    func set(_ option: CURLoption, _ value: Int) throws(HTTPClientError) {
        try check(curl_shims_set_long(raw, option, value), option)
    }

    func set(_ option: CURLoption, _ value: Bool) throws(HTTPClientError) {
        try set(option, value ? 1 : 0)
    }

    /// libcurl copies the string; `nil` restores "not set".
    func set(_ option: CURLoption, _ value: String?) throws(HTTPClientError) {
        try check(curl_shims_set_string(raw, option, value), option)
    }

    /// libcurl copies the bytes.
    func setBody(_ body: [UInt8]) throws(HTTPClientError) {
        // The size first: without it libcurl would measure the copy with strlen.
        try check(
            curl_shims_set_off_t(raw, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)),
            CURLOPT_POSTFIELDSIZE_LARGE)
        // One byte that is not counted, because NULL, which an empty array may have for an address, would mean "read
        // the body by callback".
        let code = (body.isEmpty ? [0] : body).withUnsafeBytes { bytes in
            curl_shims_set_pointer(raw, CURLOPT_COPYPOSTFIELDS, bytes.baseAddress)
        }
        try check(code, CURLOPT_COPYPOSTFIELDS)
    }

    func set(_ option: CURLoption, _ value: UnsafeRawPointer?) throws(HTTPClientError) {
        try check(curl_shims_set_pointer(raw, option, value), option)
    }

    /// The list has to outlive the transfer.
    func set(_ option: CURLoption, _ value: HeaderList) throws(HTTPClientError) {
        try check(curl_shims_set_list(raw, option, value.head), option)
    }

    /// The bytes are not copied: they have to outlive the handle.
    func set(_ option: CURLoption, _ value: Blob) throws(HTTPClientError) {
        var blob = value.reference
        try check(curl_shims_set_blob(raw, option, &blob), option)
    }

    func set(_ option: CURLoption, _ callback: curl_shims_data_callback) throws(HTTPClientError) {
        try check(curl_shims_set_data_callback(raw, option, callback), option)
    }

    func setRequestCallback(_ callback: curl_shims_request_callback) throws(HTTPClientError) {
        try check(curl_shims_set_request_callback(raw, callback), CURLOPT_PREREQFUNCTION)
    }

    func setSocketCallbacks(userTimeout: Duration) throws(HTTPClientError) {
        try check(
            curl_shims_set_socket_callbacks(raw, UInt32(userTimeout.milliseconds)), CURLOPT_SOCKOPTFUNCTION)
    }

    /// A number about the transfer; zero where libcurl does not know it.
    func offset(_ info: CURLINFO) -> Int64 {
        var value: curl_off_t = 0
        return curl_shims_get_off_t(raw, info, &value) == CURLE_OK ? Int64(value) : 0
    }

    private func check(_ code: CURLcode, _ option: CURLoption) throws(HTTPClientError) {
        guard code == CURLE_OK else {
            throw HTTPClientError(
                .internalError,
                "libcurl refused option \(option.rawValue): \(String(cString: curl_shims_easy_strerror(code)))")
        }
    }
}

/// Bytes at a fixed address, for options that do not copy. Freed when the last reference is gone.
final class Blob {
    private let bytes: UnsafeMutableRawBufferPointer

    init(_ content: [UInt8]) {
        bytes = .allocate(byteCount: max(content.count, 1), alignment: 1)
        bytes.copyBytes(from: content)
        count = content.count
    }

    private let count: Int

    var reference: curl_blob {
        curl_blob(data: bytes.baseAddress, len: count, flags: UInt32(CURL_BLOB_NOCOPY))
    }

    deinit { bytes.deallocate() }
}

/// A `curl_slist`. Freed when the last reference is gone.
final class HeaderList {
    private(set) var head: UnsafeMutablePointer<curl_slist>?

    /// - Parameter lines: each ends in a NUL byte.
    init(_ lines: [[UInt8]]) throws(HTTPClientError) {
        for line in lines {
            let longer = line.withUnsafeBytes { bytes in
                curl_shims_slist_append(head, bytes.baseAddress?.assumingMemoryBound(to: CChar.self))
            }
            guard let longer else { throw HTTPClientError(.internalError, "libcurl could not make a list") }
            head = longer
        }
    }

    deinit { curl_shims_slist_free_all(head) }
}
