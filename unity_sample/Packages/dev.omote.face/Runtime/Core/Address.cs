using System;
using System.Globalization;
using System.Net;

namespace Omote
{
    /// <summary>Addresses as ZeroMQ writes them: <c>tcp://127.0.0.1:5572</c>.</summary>
    public static class Address
    {
        /// <summary>
        /// Accepts IP addresses and "localhost" only: a DNS lookup can block for seconds.
        /// </summary>
        /// <param name="text">For example <c>tcp://127.0.0.1:5572</c>.</param>
        /// <param name="scheme"><c>tcp</c> or <c>udp</c>.</param>
        /// <exception cref="ArgumentException">The text is no such address; the message shows an example.</exception>
        public static IPEndPoint Parse(string text, string scheme)
        {
            string start = scheme + "://";
            if (text != null && text.StartsWith(start, StringComparison.Ordinal))
            {
                string rest = text.Substring(start.Length);
                int colon = rest.LastIndexOf(':');
                if (colon > 0)
                {
                    string host = rest.Substring(0, colon).Trim('[', ']');
                    if (host == "localhost") host = "127.0.0.1";
                    if (IPAddress.TryParse(host, out IPAddress ip)
                        && ushort.TryParse(rest.Substring(colon + 1), NumberStyles.None,
                                           CultureInfo.InvariantCulture, out ushort port)
                        && port > 0)
                    {
                        return new IPEndPoint(ip, port);
                    }
                }
            }
            throw new ArgumentException(
                "got the address '" + text + "', expected one like " + start + "127.0.0.1:5572 (no host names)");
        }
    }
}
