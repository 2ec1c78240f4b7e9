namespace LocalFunctions.Tests.Hosting.Documented;

/// <summary>One request and its answer, as they are documented.</summary>
internal sealed record Example(string Title, string RequestLine, IReadOnlyList<string> Headers, string Body, int Status, bool IsRepeated, IReadOnlyList<string> AnswerHeaders, string AnswerBody)
{
    /// <summary>Reads a file of examples.</summary>
    public static IReadOnlyList<Example> Read(string path) =>
        [.. File.ReadAllText(path).Split("### ").Skip(1).Select(Parse)];

    private static Example Parse(string text)
    {
        var halves = text.Split("\n--- ");
        var (request, answer) = (halves[0].Split('\n'), halves[1].Split('\n'));
        var (headers, body) = Parts(request.Skip(2));
        var (answerHeaders, answerBody) = Parts(answer.Skip(1));
        var status = answer[0].Trim();
        return new Example(
            request[0], request[1], headers, body, int.Parse(status.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture), status.StartsWith("until", StringComparison.Ordinal), answerHeaders, answerBody);
    }

    private static (List<string> Headers, string Body) Parts(IEnumerable<string> lines)
    {
        var all = lines.ToList();
        var headers = all.TakeWhile(line => line.Length > 0).ToList();
        return (headers, string.Join('\n', all.Skip(headers.Count)).Trim());
    }
}
