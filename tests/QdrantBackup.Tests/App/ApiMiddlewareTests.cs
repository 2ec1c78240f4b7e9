using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging.Abstractions;
using QdrantBackup.App.Hosting;
using QdrantBackup.App.Http;
using QdrantBackup.Configuration.Access;
using Xunit;

namespace QdrantBackup.Tests.App;

public sealed class ApiMiddlewareTests
{
    private const string LocalKey = "local_0123";
    private static readonly AppReach Reach = new(FromThisMachineOnly: true)
    {
        IsLocal = (http, key) => key == LocalKey && IPAddress.IsLoopback(http.Connection.RemoteIpAddress!),
    };

    private static readonly NewApiKey Reader = NewApiKey.Generate();
    private static readonly NewApiKey Operator = NewApiKey.Generate();

    private static readonly ApiKeyRing Keys = new(
        [new("reader", Reader.Sha256, ApiScopes.Read), new("operator", Operator.Sha256, ApiScopes.Backup)]);

    [Fact]
    public void A_request_without_a_key_is_401()
    {
        Assert.Equal(StatusCodes.Status401Unauthorized, Status(Keys, "ListBackups", Request(key: null)));
    }

    [Fact]
    public void A_request_with_an_unknown_key_is_401()
    {
        Assert.Equal(StatusCodes.Status401Unauthorized, Status(Keys, "ListBackups", Request(NewApiKey.Generate().Key)));
    }

    [Fact]
    public void A_key_without_the_scope_is_403_and_the_answer_names_the_scope()
    {
        var problem = Assert.IsType<ProblemAnswer>(Judge(Keys, "CreateBackup", Request(Reader.Key)));

        Assert.Equal(StatusCodes.Status403Forbidden, problem.StatusCode);
        Assert.Contains("backup", problem.ProblemDetails.Detail, StringComparison.Ordinal);
        Assert.Equal("urn:qdrant-backup:problem:forbidden", problem.ProblemDetails.Type);
    }

    [Fact]
    public void A_key_with_the_scope_passes_and_its_name_is_known()
    {
        var http = Request(Operator.Key);

        Assert.Null(Judge(Keys, "CreateBackup", http));
        Assert.Equal("operator", ApiMiddleware.CallerOf(http));
    }

    [Fact]
    public void Health_needs_no_key()
    {
        Assert.Null(Judge(Keys, "Health", Request(key: null)));
    }

    [Fact]
    public void A_function_that_no_table_knows_is_refused_to_everybody()
    {
        var admin = NewApiKey.Generate();
        var keys = new ApiKeyRing([new("admin", admin.Sha256, ApiScopes.Admin)]);

        Assert.Equal(StatusCodes.Status403Forbidden, Status(keys, "Forgotten", Request(admin.Key)));
    }

    [Fact]
    public void Without_any_key_configured_a_caller_that_proves_to_be_local_may_do_everything()
    {
        var http = Request(LocalKey);

        Assert.Null(Judge(new ApiKeyRing([]), "DeleteBackup", http));
        Assert.Equal("local", ApiMiddleware.CallerOf(http));
        Assert.Equal(StatusCodes.Status401Unauthorized, Status(new ApiKeyRing([]), "CreateBackup", Request(LocalKey, from: "203.0.113.9")));
    }

    [Theory]
    [InlineData("CreateBackup")]
    [InlineData("ListBackups")]
    [InlineData("ApproveRestore")]
    public void Without_any_key_configured_an_address_of_this_machine_proves_nothing(string function)
    {
        var problem = Assert.IsType<ProblemAnswer>(Judge(new ApiKeyRing([]), function, Request(key: null)));

        Assert.Equal(StatusCodes.Status401Unauthorized, problem.StatusCode);
        Assert.Contains("local.key", problem.ProblemDetails.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void On_a_host_that_knows_no_local_callers_the_local_key_is_unknown()
    {
        var callers = new ApiCallers(new ApiKeyRing([]), new AppReach(FromThisMachineOnly: false));

        Assert.Equal(ApiVerdict.Unknown, callers.Judge(Request(LocalKey), ApiScopes.Read).Verdict);
    }

    [Fact]
    public void A_function_that_no_table_knows_is_refused_to_local_callers_too()
    {
        Assert.Equal(StatusCodes.Status403Forbidden, Status(new ApiKeyRing([]), "Forgotten", Request(LocalKey)));
    }

    [Fact]
    public void Every_HTTP_function_of_the_app_demands_a_scope_and_no_other_stands_in_the_table()
    {
        var functions = typeof(AppHost).Assembly.GetTypes()
            .SelectMany(t => t.GetMethods())
            .Where(m => m.GetParameters().Any(p => p.GetCustomAttributes(typeof(HttpTriggerAttribute), inherit: false).Length > 0))
            .Select(m => ((FunctionAttribute)m.GetCustomAttributes(typeof(FunctionAttribute), inherit: false)[0]).Name)
            .Order(StringComparer.Ordinal);

        Assert.Equal(ApiRoutes.Functions.Order(StringComparer.Ordinal), functions);
    }

    private static int? Status(ApiKeyRing keys, string function, HttpContext http) =>
        (Judge(keys, function, http) as IStatusCodeHttpResult)?.StatusCode;

    private static IResult? Judge(ApiKeyRing keys, string function, HttpContext http) =>
        new ApiMiddleware(new ApiCallers(keys, Reach), NullLogger<ApiMiddleware>.Instance).Judge(function, http);

    private static DefaultHttpContext Request(string? key, string from = "127.0.0.1")
    {
        var http = new DefaultHttpContext();
        http.Request.Scheme = "http";
        http.Request.Host = new HostString("localhost", 8000);
        http.Connection.RemoteIpAddress = IPAddress.Parse(from);
        if (key is not null)
        {
            http.Request.Headers[ApiKeyRing.HeaderName] = key;
        }

        return http;
    }
}
