using Infra.Tests.Compiler;

namespace Infra.Tests;

/// <summary>Every file compiles without a word from the compiler or the linter, whose rules are errors.</summary>
public sealed class CompileTests(Templates templates)
{
    public static TheoryData<string> Files(string pattern) => [.. Repository.Files(pattern, "infra-bicep")];

    [Fact]
    public async Task The_templates_compile_and_lint() => Report.None(await templates.Compiler.CompileAsync(Repository.Path("infra-bicep", "main.bicep")));

    [Fact]
    public async Task Every_template_and_query_is_part_of_the_whole()
    {
        var referenced = await templates.Compiler.ReferencesAsync(Repository.Path("infra-bicep", "main.bicep"));
        var parts = Repository.Files("*.bicep", "infra-bicep").Concat(Repository.Files("*.kql", "infra-bicep"));
        Report.None(parts.Where(file => !referenced.Contains(Repository.Path(file))));
    }

    [Theory]
    [MemberData(nameof(Files), "*.bicepparam")]
    public async Task A_file_of_parameters_fits_its_template(string file) => Report.None(await templates.Compiler.CompileParametersAsync(Repository.Path(file)));

    [Theory]
    [MemberData(nameof(Files), "*.bicep*")]
    public async Task A_file_is_formatted(string file)
    {
        if (!file.EndsWith(".json", StringComparison.Ordinal))
        {
            Assert.Equal(await templates.Compiler.FormatAsync(Repository.Path(file)), await File.ReadAllTextAsync(Repository.Path(file)));
        }
    }

    [Fact]
    public async Task The_linter_is_heard()
    {
        var folder = Directory.CreateTempSubdirectory("infra-lint-");
        try
        {
            File.Copy(Repository.Path("infra-bicep", "bicepconfig.json"), Path.Combine(folder.FullName, "bicepconfig.json"));
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "bad.bicep"), "param unused string\noutput url string = 'https://management.azure.com'\n");
            var said = await templates.Compiler.CompileAsync(Path.Combine(folder.FullName, "bad.bicep"));
            Assert.Contains(said, line => line.Contains("Error no-unused-params", StringComparison.Ordinal));
            Assert.Contains(said, line => line.Contains("Error no-hardcoded-env-urls", StringComparison.Ordinal));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Every_parameter_and_output_is_described()
    {
        var undescribed = from file in Repository.Files("*.bicep", "infra-bicep")
                          let lines = File.ReadAllLines(Repository.Path(file))
                          from i in Enumerable.Range(0, lines.Length)
                          where (file.EndsWith("/main.bicep", StringComparison.Ordinal) && lines[i].StartsWith("param ", StringComparison.Ordinal)) || lines[i].StartsWith("output ", StringComparison.Ordinal)
                          where !lines[..i].Reverse().TakeWhile(l => l.StartsWith('@')).Any(l => l.StartsWith("@description(", StringComparison.Ordinal))
                          select $"{file}:{i + 1}: {lines[i]}";
        Report.None(undescribed);
    }
}
