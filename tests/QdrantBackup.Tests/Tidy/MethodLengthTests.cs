using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace QdrantBackup.Tests.Tidy;

public sealed class MethodLengthTests
{
    private const int MaxLines = 60;

    [Fact]
    public void No_method_is_longer_than_60_lines()
    {
        var tooLong = from file in Repository.Files("*.cs", "src", "tests")
                      let root = CSharpSyntaxTree.ParseText(File.ReadAllText(Repository.Path(file))).GetRoot()
                      from method in root.DescendantNodes().OfType<BaseMethodDeclarationSyntax>()
                      let span = method.GetLocation().GetLineSpan()
                      let lines = span.EndLinePosition.Line - span.StartLinePosition.Line + 1
                      where lines > MaxLines
                      select $"{file}:{span.StartLinePosition.Line + 1} has {lines} lines";
        Assert.Empty(tooLong);
    }
}
