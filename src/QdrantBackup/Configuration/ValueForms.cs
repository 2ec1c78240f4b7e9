using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml;

namespace QdrantBackup.Configuration;

/// <summary>How values are written: numbers, durations, sizes, yes and no. Each answers null for what it does not understand.</summary>
internal static partial class ValueForms
{
    public static int? Integer(string text, int min, int max) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max ? value : null;

    public static bool? Boolean(string text) => text.ToLowerInvariant() switch
    {
        "true" or "yes" or "on" or "1" => true,
        "false" or "no" or "off" or "0" => false,
        _ => null,
    };

    /// <summary>A whole number with a unit (90s, 15m, 6h, 30d, 2w), or ISO 8601 (PT6H, P30D).</summary>
    public static TimeSpan? Duration(string text, TimeSpan min, TimeSpan max)
    {
        var value = ShortDuration().Match(text) is { Success: true } match ? FromUnit(match) : FromIso(text);
        return value >= min && value <= max ? value : null;
    }

    /// <summary>A whole number of bytes, alone or with a binary unit: 512MiB, 4GiB.</summary>
    public static long? Size(string text, long min, long max)
    {
        if (SizeForm().Match(text) is not { Success: true } match ||
            !long.TryParse(match.Groups["number"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        var shift = match.Groups["unit"].Value.ToUpperInvariant() switch { "KIB" => 10, "MIB" => 20, "GIB" => 30, "TIB" => 40, _ => 0 };
        return number <= max >> shift && number << shift >= min ? number << shift : null;
    }

    private static TimeSpan? FromUnit(Match match)
    {
        if (!int.TryParse(match.Groups["number"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > 1_000_000)
        {
            return null;
        }

        return match.Groups["unit"].Value.ToLowerInvariant() switch
        {
            "s" => TimeSpan.FromSeconds(number),
            "m" => TimeSpan.FromMinutes(number),
            "h" => TimeSpan.FromHours(number),
            "d" => TimeSpan.FromDays(number),
            _ => TimeSpan.FromDays(7 * number),
        };
    }

    private static TimeSpan? FromIso(string text)
    {
        try
        {
            // Years and months have no fixed length, so they are not durations here, though the parser would take them.
            return IsoForm().IsMatch(text) ? XmlConvert.ToTimeSpan(text) : null;
        }
        catch (Exception exception) when (exception is FormatException or OverflowException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"^(?<number>[0-9]{1,10})\s?(?<unit>[smhdw])$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ShortDuration();

    [GeneratedRegex("^P([0-9]+D)?(T([0-9]+H)?([0-9]+M)?([0-9]+S)?)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex IsoForm();

    [GeneratedRegex(@"^(?<number>[0-9]{1,18})\s?(?<unit>B|KiB|MiB|GiB|TiB)?$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SizeForm();
}
