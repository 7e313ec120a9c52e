from django.urls import path

from musubu.contracts import views_apply as apply
from musubu.contracts import views_contract as contract
from musubu.contracts import views_customers as customers
from musubu.contracts import views_holds as holds
from musubu.contracts import views_offering as offering
from musubu.contracts import views_prices as prices
from musubu.contracts import views_public as public

urlpatterns = [
    path("", public.home, name="public-home"),
    path("services/", public.all_services, name="contracts-services"),
    path("services/<slug:service>/", public.service, name="contracts-service"),
    path("services/<slug:service>/terms/", public.terms, name="contracts-terms"),
    path("services/<slug:service>/terms/difference/", public.terms_difference, name="contracts-terms-difference"),
    path("areas/", public.areas, name="contracts-areas"),
    path("terminals/", public.terminals, name="contracts-terminals"),
    path("apply/", apply.start, name="contracts-apply-start"),
    path("apply/account/", apply.account, name="contracts-apply-account"),
    path("apply/<uuid:public_id>/", apply.details, name="contracts-apply-details"),
    path("apply/<uuid:public_id>/confirm/", apply.confirm, name="contracts-apply-confirm"),
    path("apply/<uuid:public_id>/draft/", apply.draft, name="contracts-apply-draft"),
    path("applications/", apply.listing, name="contracts-applications"),
    path("applications/<uuid:public_id>/", apply.application, name="contracts-application"),
    path("applications/<uuid:public_id>/decision/", apply.decide, name="contracts-decide"),
    path("applications/<uuid:public_id>/refusal/", apply.refusal_letter, name="contracts-refusal-letter"),
    path("applications/<uuid:public_id>/withdrawal/", apply.withdraw, name="contracts-withdraw"),
    path("contracts/", contract.listing, name="contracts-list"),
    path("contracts/<uuid:public_id>/", contract.contract, name="contracts-contract"),
    path("contracts/<uuid:public_id>/cancellation/", contract.cancel, name="contracts-cancel"),
    path("contracts/<uuid:public_id>/measures/", contract.measure, name="contracts-measure"),
    path("contracts/<uuid:public_id>/payments/", contract.pay, name="contracts-pay"),
    path("contracts/<uuid:public_id>/letter/", contract.letter, name="contracts-letter"),
    path("contracts/<uuid:public_id>/letter/print/", contract.printed_letter, name="contracts-print-letter"),
    path("contracts/<uuid:public_id>/responsible/", contract.responsible, name="contracts-responsible"),
    path("contracts/<uuid:public_id>/special/", contract.agree_special, name="contracts-special"),
    path("contracts/<uuid:public_id>/export/", contract.export, name="contracts-export"),
    path("contracts/<uuid:public_id>/timeline/", contract.timeline, name="contracts-timeline"),
    path("staff/organisations/", customers.customers, name="contracts-customers"),
    path("staff/organisations/<uuid:public_id>/", customers.customer, name="contracts-customer"),
    path("agency/", customers.agency, name="contracts-agency"),
    path("staff/services/", offering.running, name="contracts-running"),
    path("staff/services/<slug:service>/", offering.desk, name="contracts-desk"),
    path("staff/services/<slug:service>/terms/", offering.publish, name="contracts-publish"),
    path("staff/services/<slug:service>/prices/", prices.price_list, name="contracts-price-list"),
    path("staff/services/<slug:service>/rates/", prices.rates, name="contracts-rates"),
    path("staff/rates/<uuid:public_id>/", prices.rate_file, name="contracts-rate-file"),
    path("staff/services/<slug:service>/end/", offering.end, name="contracts-end"),
    path("staff/contracts/<uuid:public_id>/hold/", holds.hold, name="contracts-hold"),
    path("register/", contract.register, name="contracts-register"),
]
