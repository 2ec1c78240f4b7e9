using System.Text;
using Microsoft.Extensions.Configuration;

namespace LocalFunctions.Hosting.Settings;

/// <summary>Replaces <c>%NAME%</c> in the strings of binding attributes by settings, as the Functions host does at start.</summary>
internal static class SettingReferences
{
    /// <exception cref="FunctionsStartupException">A setting is missing, or a percent sign has no partner.</exception>
    public static string Resolve(string text, IConfiguration configuration, string usedBy)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
        {
            return text;
        }

        var resolved = new StringBuilder();
        var position = 0;
        while (text.IndexOf('%', position) is var open and >= 0)
        {
            var close = text.IndexOf('%', open + 1);
            if (close < 0)
            {
                throw new FunctionsStartupException($"{usedBy}: '{text}' has a '%' without its partner; a setting is written %NAME%.");
            }

            var name = text[(open + 1)..close];
            var value = configuration[name.Replace("__", ":", StringComparison.Ordinal)]
                ?? throw new FunctionsStartupException($"{usedBy}: '%{name}%' in '{text}' is not a setting. Add '{name}' to the app settings (environment or local.settings.json).");
            resolved.Append(text, position, open - position).Append(value);
            position = close + 1;
        }

        return resolved.Append(text, position, text.Length - position).ToString();
    }
}
