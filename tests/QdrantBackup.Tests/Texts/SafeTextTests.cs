namespace QdrantBackup.Tests.Texts;

public sealed class SafeTextTests
{
    [Theory]
    [InlineData("docs", "docs")]
    [InlineData("Größe 日本語 😀 C:\\temp", "Größe 日本語 😀 C:\\temp")]
    [InlineData("\u001b[2J\u001b]0;owned\u0007", "\\u001b[2J\\u001b]0;owned\\u0007")]
    [InlineData("a\rb\nc\td", "a\\rb\\nc\\td")]
    [InlineData("\u009b31m\u0085\u007f", "\\u009b31m\\u0085\\u007f")]
    [InlineData("x\u202egpj.exe\u2066\u200f\u061c", "x\\u202egpj.exe\\u2066\\u200f\\u061c")]
    [InlineData("zero\u200bwidth\ufeff\u00ad\u2028\u2029", "zero\\u200bwidth\\ufeff\\u00ad\\u2028\\u2029")]
    [InlineData("\U000e0041tag", "\\udb40\\udc41tag")]
    public void Text_from_outside_becomes_one_line_that_no_terminal_obeys(string text, string expected) => Assert.Equal(expected, SafeText.Line(text));

    [Fact]
    public void Half_a_character_is_written_as_its_number() => Assert.Equal("half \\ud83d.", SafeText.Line("half " + '\ud83d' + "."));

    [Theory]
    [InlineData("BlobEndpoint=https://a.blob.core.windows.net/;SharedAccessSignature=sv=2026-01-01&sig=hunter2%3D;x", "BlobEndpoint=https://a.blob.core.windows.net/;SharedAccessSignature=***;x")]
    [InlineData("GET https://a.blob.core.windows.net/c?sv=1&sig=hunter2%3D&se=2", "GET https://a.blob.core.windows.net/c?sv=1&sig=***&se=2")]
    [InlineData("AccountName=a;AccountKey=hunter2==;EndpointSuffix=core.windows.net", "AccountName=a;AccountKey=***;EndpointSuffix=core.windows.net")]
    [InlineData("http://me:hunter2@host:6333/ is away", "http://***@host:6333/ is away")]
    [InlineData("http://me:hunt@er2@host/", "http://***@host/")]
    [InlineData("Unrecognized argument 'qb_hunter2hunter2hunter2'.", "Unrecognized argument 'qb_***'.")]
    [InlineData("collection a@b of https://host/x is 'sig', a = b", "collection a@b of https://host/x is 'sig', a = b")]
    public void What_looks_like_a_secret_is_masked_in_errors(string text, string expected) => Assert.Equal(expected, SafeText.ErrorLine(text));

    [Fact]
    public void A_long_hostile_text_takes_no_time() =>
        Assert.Equal(60_000, SafeText.WithoutSecrets(string.Concat(Enumerable.Repeat("a://sig ", 7_500))).Length);
}
